import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import type { ChatId } from '@whisper/shared';
import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, type AppPage } from './app-page.ts';
import { visitGroupStates } from './group-states.ts';
import { visitMessageStates } from './message-states.ts';
import { visitSearchStates } from './search-states.ts';
import { fillWithChanges, fillWithGroup, fillWithSamples } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

/** States that axe finds nothing serious in any state of the app. It takes long, so one width is in `npm test`. */
export function describeAccessibility(viewport: { readonly width: number; readonly height: number }): void {
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

  describe.skipIf(!hasBrowser)('axe finds nothing serious', slow, () => {
    it(`in light and dark, ${viewport.width} px wide`, async () => {
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
}

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

/** Everything in light, and in dark what differs there: the colours. */
async function findSerious({ page }: AppPage): Promise<unknown[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
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
