import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, patience, type AppPage } from './app-page.ts';
import { choose, menu, openBoth } from './message-menu.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());
const here = () => ({ browser: browser(), url: server.url });

const focusedName = ({ page }: AppPage) =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');

describe.skipIf(!hasBrowser)('what one does with a message', slow, () => {
  it('is reached with the keyboard alone, and the focus returns', async () => {
    const [emma, fred] = await openBoth(here(), 'emma', 'fred');
    await emma.send('one');
    await emma.send('two');
    await fred.sees('two');
    await emma.composer.press('Shift+Tab');
    await expect.poll(() => focusedName(emma), patience).toBe('Message actions');
    await emma.page.keyboard.press('ArrowUp');
    await emma.page.keyboard.press('Enter');
    await menu(emma).waitFor();
    await emma.page.keyboard.press('Escape');
    await menu(emma).waitFor({ state: 'detached' });
    await expect.poll(() => focusedName(emma), patience).toBe('Message actions');

    await emma.page.keyboard.press('Enter');
    for (const key of ['ArrowUp', 'Enter']) await emma.page.keyboard.press(key);
    await emma.page.getByRole('searchbox', { name: 'Search emoji' }).fill('no such');
    await emma.page.getByText('There is no such emoji').waitFor();
    await emma.page.getByRole('searchbox', { name: 'Search emoji' }).fill('hedgehog');
    await emma.page.getByRole('gridcell', { name: 'hedgehog' }).waitFor();
    await emma.page.keyboard.press('Enter');

    await fred.message('one').getByRole('button', { name: '🦔 1 emma' }).waitFor();
    await expect.poll(() => focusedName(emma), patience).toBe('Message actions');
    expect(new URL(emma.page.url()).pathname).toMatch(/^\/chats\//);

    await emma.composer.fill('well  done');
    await emma.composer.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(5, 5));
    await emma.page.getByRole('button', { name: 'Add an emoji' }).click();
    await emma.page.getByRole('searchbox', { name: 'Search emoji' }).fill('🧑🏽‍🚀');
    await emma.page.keyboard.press('Enter');
    await expect.poll(() => emma.composer.inputValue(), patience).toBe('well 🧑🏽‍🚀 done');
    await expect.poll(() => focusedName(emma), patience).toBe('Message to fred');

    await emma.composer.press('End');
    await emma.composer.pressSequentially(' @f');
    await emma.page.getByRole('option', { name: 'fred' }).waitFor();
    for (const key of ['Escape', 'Backspace', 'Backspace', '@', 'F', 'Enter']) await emma.composer.press(key);
    await expect.poll(() => emma.composer.inputValue(), patience).toBe('well 🧑🏽‍🚀 done @fred ');
    await emma.composer.press('Enter');
    await fred.page.locator('.mention').getByText('@fred').waitFor();
  });

  it('copies it, and sends it on to another chat with who wrote it', async () => {
    const [gina, hugo] = await openBoth(here(), 'gina', 'hugo');
    await hugo.send('worth passing on');
    await choose(gina, 'worth passing on', 'Copy text');
    const copied = () => gina.page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(copied, patience).toBe('worth passing on');
    await openApp(browser(), { url: server.url, as: 'ines' });
    await gina.open('ines');
    await gina.send('hello');
    await gina.open('hugo');

    await choose(gina, 'worth passing on', 'Forward');
    await gina.page.getByRole('dialog').getByRole('button', { name: 'ines' }).click();

    await gina.page.getByRole('heading', { name: 'ines', level: 1 }).waitFor();
    await gina.sees('Forwarded from hugo');
  });

  it('opens under a finger that rests on it', async () => {
    const phone = { hasTouch: true, isMobile: true, viewport: { width: 360, height: 640 } };
    const [ida] = await openBoth(here(), 'ida', 'jan');
    await ida.send('press me');
    const jan = await openApp(browser(), {
      url: server.url,
      as: 'jan',
      path: `/chats/${ida.chatId}`,
      ...phone,
    });
    const box = await jan.message('press me').locator('.bubble').boundingBox();
    if (!box) throw new Error('The message is not in sight');

    const session = await jan.page.context().newCDPSession(jan.page);
    const touchPoints = [{ x: box.x + 20, y: box.y + 15 }];
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
    await menu(jan).waitFor();
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });

    const place = await menu(jan).boundingBox();
    expect(place?.x).toBeGreaterThanOrEqual(0);
    expect((place?.x ?? 0) + (place?.width ?? 999)).toBeLessThanOrEqual(360);
    await menu(jan).getByRole('menuitemcheckbox', { name: '👍' }).tap();
    await ida.message('press me').getByRole('button', { name: '👍 1 jan' }).waitFor();
  });
});
