import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, patience } from './app-page.ts';
import { signInClient } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { MODERATORS: 'mona@example.test' } });
  for (const name of ['bob', 'mona']) (await signInClient(server.url, name)).close();
});
afterAll(() => server[Symbol.asyncDispose]());

describe.skipIf(!hasBrowser)('in the web app', slow, () => {
  it('a message is reported, a moderator acts, and what moderators did is there to read', async () => {
    const [alice, bob] = [
      await openApp(browser(), { url: server.url, as: 'alice' }),
      await openApp(browser(), { url: server.url, as: 'bob', mayComplain: true }),
    ];
    await alice.open('bob');
    await alice.send('hello bob');
    await bob.open('alice');
    await bob.send('buy my things');
    await alice.message('buy my things').hover();
    await alice.message('buy my things').getByRole('button', { name: 'Message actions' }).click();
    await alice.page.getByRole('menuitem', { name: 'Report' }).click();
    await alice.page.getByRole('textbox', { name: 'In your own words' }).fill('again and again');
    await alice.page.getByRole('button', { name: 'Report', exact: true }).click();
    await alice.page.getByRole('heading', { name: 'Thank you' }).waitFor();
    await alice.page.keyboard.press('Escape');

    const { page } = await openApp(browser(), { url: server.url, as: 'mona' });
    await page.route(/report[.]list/, (route) => route.abort());
    await page.getByRole('button', { name: 'Reports' }).click();
    await page.getByText('It could not be loaded.').waitFor();
    await page.unroute(/report[.]list/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('again and again').waitFor();
    await page.getByRole('button', { name: /^Suspend for/ }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('There are none.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'What moderators did' }).click();
    const deeds = page.getByRole('dialog').getByRole('listitem');
    await expect.poll(() => deeds.count(), patience).toBe(2);
    expect(await deeds.first().textContent()).toContain('mona resolved a report');
    expect(await deeds.last().textContent()).toContain('mona suspended bob');

    await alice.page.keyboard.press('Control+f');
    await alice.page.getByLabel('From', { exact: true }).fill('2020-01-01');
    await alice.page.locator('.found').nth(1).waitFor();
    await alice.page.getByLabel('Until', { exact: true }).fill('2020-02-01');
    await alice.page.getByText('Nothing was found.').waitFor();
  });
});
