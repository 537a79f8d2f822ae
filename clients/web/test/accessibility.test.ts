import { startTestServer, type TestServer } from '@whisper/server/testing';
import type { ChatId } from '@whisper/shared';
import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, type AppPage } from './app-page.ts';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { visitGroupStates } from './group-states.ts';
import { visitMessageStates } from './message-states.ts';
import { visitSearchStates } from './search-states.ts';
import { fillWithChanges, fillWithGroup, fillWithSamples } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
let chatPath: string;
let searchedId: ChatId;
let changedId: ChatId;
let groupId: ChatId;
beforeAll(async () => {
  server = await startTestServer();
  changedId = await fillWithChanges(server.url);
  groupId = await fillWithGroup(server.url);
  searchedId = await fillWithSamples(server.url);
  chatPath = `/chats/${searchedId}`;
});
afterAll(() => server[Symbol.asyncDispose]());

const looks = [{ viewport: { width: 1280, height: 800 } }, { viewport: { width: 360, height: 720 } }];

describe.skipIf(!hasBrowser)('axe finds nothing serious', slow, () => {
  it.each(looks)('in light and dark, $viewport.width px wide', async (look) => {
    const found: unknown[] = [];
    const app = await openApp(browser(), { url: server.url, colorScheme: 'light', ...look, bypassCSP: true });
    const aliceButton = app.page.getByRole('button', { name: 'alice' });
    await aliceButton.waitFor();
    found.push(...(await findSerious(app)));

    await aliceButton.click();
    await app.page.getByRole('heading', { name: 'People' }).waitFor();
    found.push(...(await findSerious(app)));

    await app.page.goto(chatPath);
    await app.sees('One is good');
    await app.composer.fill('a line being written');
    found.push(...(await findSerious(app)));

    await app.page.goto('/');
    await app.row('bob').getByText('Draft:').waitFor();
    found.push(...(await findSerious(app)));

    await visitMessageStates(app.page, changedId, async () => found.push(...(await findSerious(app))));

    await visitSearchStates(app.page, searchedId, async () => found.push(...(await findSerious(app))));

    await visitGroupStates(app.page, groupId, async () => found.push(...(await findSerious(app))));

    await app.page.goto('/chats/none');
    await app.page.getByText('There is no such page').waitFor();
    found.push(...(await findSerious(app)));

    expect(found).toEqual([]);
  });
});

/** Everything in light, and in dark what differs there: the colours. */
async function findSerious({ page }: AppPage): Promise<unknown[]> {
  await page.evaluate(axe.source);
  const inLight: axe.AxeResults = await page.evaluate('axe.run({ resultTypes: ["violations"] })');
  await page.emulateMedia({ colorScheme: 'dark' });
  const inDark: axe.AxeResults = await page.evaluate(
    'axe.run({ resultTypes: ["violations"], runOnly: ["color-contrast"] })',
  );
  await page.emulateMedia({ colorScheme: 'light' });
  return [...inLight.violations, ...inDark.violations]
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({
      id,
      where: nodes.map((node) => [node.target.join(' '), node.html, node.failureSummary]),
    }));
}
