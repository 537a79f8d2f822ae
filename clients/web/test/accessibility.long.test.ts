import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import type { ChatId } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, type AppPage } from './app-page.ts';
import { findSerious } from './find-serious.ts';
import { visitGroupStates } from './group-states.ts';
import { visitMessageStates } from './message-states.ts';
import { visitSearchStates } from './search-states.ts';
import { fillWithChanges, fillWithGroup, fillWithSamples } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
let chats: Chats;
beforeAll(async () => {
  server = await startTestServer();
  const changed = await fillWithChanges(server.url);
  const group = await fillWithGroup(server.url);
  chats = { changed, group, sample: await fillWithSamples(server.url) };
});
afterAll(() => server[Symbol.asyncDispose]());

const viewports = [
  { width: 360, height: 720 },
  { width: 1280, height: 800 },
];

describe.skipIf(!hasBrowser)('axe finds nothing serious in any state of the app', slow, () => {
  it.each(viewports)('in light and dark, $width px wide', async (viewport) => {
    const found: unknown[] = [];
    const app = await openApp(browser(), {
      url: server.url,
      colorScheme: 'light',
      viewport,
      bypassCSP: true,
    });
    await visitAll(app, chats, async () => found.push(...(await findSerious(app))));

    expect(found).toEqual([]);
  });
});

type Chats = { readonly changed: ChatId; readonly group: ChatId; readonly sample: ChatId };

async function visitAll(app: AppPage, { changed, group, sample }: Chats, look: () => Promise<unknown>) {
  const { page } = app;
  const aliceButton = page.getByRole('button', { name: 'alice' });
  await aliceButton.waitFor();
  await look();

  await aliceButton.click();
  await page.getByRole('heading', { name: 'People' }).waitFor();
  await look();

  await page.goto(`/chats/${sample}`);
  await app.sees('One is good');
  await app.composer.fill('a line being written');
  await look();

  await page.goto('/');
  await app.row('bob').getByText('Draft:').waitFor();
  await look();

  await visitMessageStates(page, changed, look);
  await visitSearchStates(page, sample, look);
  await visitGroupStates(page, group, look);

  await page.goto('/chats/none');
  await page.getByText('There is no such page').waitFor();
  await look();
}
