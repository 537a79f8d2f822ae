import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import type { ChatId } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, type AppPage } from './app-page.ts';
import { findSerious } from './find-serious.ts';
import { fillWithSamples } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
let chatId: ChatId;
beforeAll(async () => {
  server = await startTestServer();
  chatId = await fillWithSamples(server.url);
});
afterAll(() => server[Symbol.asyncDispose]());

/** The width of the line around an element, whichever way it is drawn. */
function lineAround({ page }: AppPage, selector: string): Promise<number> {
  return page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const { borderTopWidth, outlineStyle, outlineWidth } = getComputedStyle(element);
      return parseFloat(borderTopWidth) + (outlineStyle === 'none' ? 0 : parseFloat(outlineWidth));
    });
}

describe.skipIf(!hasBrowser)('where the system chooses the colours', slow, () => {
  it('every field, bubble, button and the focus have a line, and the selected row another background', async () => {
    const app = await openApp(browser(), {
      url: server.url,
      as: 'alice',
      path: `/chats/${chatId}`,
      forcedColors: 'active',
    });
    await app.sees('One is good');
    await app.composer.fill('x');

    for (const selector of ['.composer-box', '.search input', '.bubble', '.send', '.badge', '.avatar'])
      expect(await lineAround(app, selector), selector).toBeGreaterThanOrEqual(1);
    expect(await lineAround(app, '.composer-box')).toBe(3);
    await app.search.focus();
    expect(await lineAround(app, '.search input')).toBe(3);
    expect(await lineAround(app, '.composer-box')).toBe(1);
    const backgroundOf = (name: string) =>
      app.row(name).evaluate((row) => getComputedStyle(row).backgroundColor);
    expect(await backgroundOf('bob')).not.toBe(await backgroundOf('carol'));
  });
});

describe.skipIf(!hasBrowser)('text of twice the size', slow, () => {
  it.each([1280, 360])('breaks no word of the lists, %i px wide, and fits', async (width) => {
    const app = await openApp(browser(), {
      url: server.url,
      as: 'alice',
      viewport: { width, height: 800 },
    });
    await app.row('carol').waitFor();
    const session = await app.page.context().newCDPSession(app.page);
    await session.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
    await expect.poll(() => app.page.evaluate(() => getComputedStyle(document.body).fontSize)).toBe('32px');

    const broken = await app.page.locator('.sidebar *').evaluateAll((all) =>
      all
        .filter((each) => {
          if (each.childElementCount > 0) return false;
          const range = document.createRange();
          range.selectNodeContents(each);
          const lines = new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom)));
          return lines.size > (each.textContent ?? '').trim().split(/\s+/).length;
        })
        .map((each) => each.textContent),
    );
    expect(broken).toEqual([]);
    expect(await app.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await app.search.evaluate((field) => field.clientHeight)).toBeGreaterThanOrEqual(48);
  });
});

describe.skipIf(!hasBrowser)('a phone', slow, () => {
  it('shows a main part and one heading of the first level on every page', async () => {
    const viewport = { width: 360, height: 720 };
    const app = await openApp(browser(), { url: server.url, as: 'alice', viewport });
    await app.row('bob').waitFor();
    for (const [path, heading] of [
      ['/', 'Whisper'],
      [`/chats/${chatId}`, 'bob'],
      ['/chats/none', 'There is no such page'],
    ] as const) {
      await app.page.goto(path);
      await app.page.getByRole('heading', { level: 1, name: heading }).waitFor();
      expect(await app.page.getByRole('main').count(), path).toBe(1);
    }
  });
});

describe.skipIf(!hasBrowser)('a conversation', slow, () => {
  it('has nothing serious for axe to find, in light and dark', async () => {
    const app = await openApp(browser(), {
      url: server.url,
      as: 'alice',
      path: `/chats/${chatId}`,
      colorScheme: 'light',
      bypassCSP: true,
    });
    await app.sees('One is good');
    await app.composer.fill('a line being written');

    expect(await findSerious(app)).toEqual([]);
  });
});
