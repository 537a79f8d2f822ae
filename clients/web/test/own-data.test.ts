import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { eraseConfirmation } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp } from './app-page.ts';
import { signInClient } from './sample-chats.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  (await signInClient(server.url, 'bob')).close();
});
afterAll(() => server[Symbol.asyncDispose]());

describe.skipIf(!hasBrowser)('what is mine', slow, () => {
  it('is followed, kept as long as a group says, taken away, and erased', async () => {
    const alice = await openApp(browser(), { url: server.url, as: 'alice' });
    const { page } = alice;
    await alice.open('bob');
    await alice.send('did it arrive?');
    await alice.message('did it arrive?').hover();
    await alice.message('did it arrive?').getByRole('button', { name: 'Message actions' }).click();
    await page.getByRole('menuitem', { name: 'Info' }).click();
    const trace = page.getByRole('list', { name: 'What became of this message' });
    await trace.getByText('bob: no device of theirs').waitFor();
    await expect.poll(() => trace.getByRole('listitem').count()).toBe(3);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'New group' }).click();
    await page.getByRole('textbox', { name: 'Name of the group' }).fill('Garden');
    await page.getByRole('checkbox', { name: 'bob' }).check();
    await page.getByRole('button', { name: /^Create/ }).click();
    await page.getByRole('heading', { name: 'Garden', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'About this group' }).click();
    await page.getByRole('button', { name: 'Change the group' }).click();
    await page.getByRole('combobox', { name: 'Messages are kept' }).selectOption('for 30 days');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Change the group' }).click();
    await expect
      .poll(() => page.getByRole('combobox', { name: 'Messages are kept' }).inputValue())
      .toBe('30');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'My data' }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download my data' }).click();
    expect((await downloading).suggestedFilename()).toMatch(/^whisper-\d{4}-\d\d-\d\d\.zip$/);

    await page.getByRole('button', { name: 'Delete my account' }).click();
    const sure = page.getByRole('button', { name: 'Delete my account' });
    expect(await sure.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: eraseConfirmation }).fill(eraseConfirmation);
    await sure.click();
    const receipt = page.getByRole('link', { name: 'The receipt' });
    await receipt.waitFor();
    const address = (await receipt.getAttribute('href')) ?? '';
    await expect
      .poll(async () => ((await (await fetch(address)).json()) as { finishedAt: string | null }).finishedAt)
      .not.toBeNull();
  });
});
