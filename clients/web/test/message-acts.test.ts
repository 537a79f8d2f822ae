import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, patience } from './app-page.ts';
import { choose, menu, openBoth } from './message-menu.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());
const here = () => ({ browser: browser(), url: server.url });

const receiptOf = (message: Locator, receipt: string) =>
  message.getByText(receipt, { exact: true }).waitFor({ state: 'attached' });

describe.skipIf(!hasBrowser)('two people in two browsers', slow, () => {
  it('see each other reply, edit, react, pin and delete', async () => {
    const [anna, ben] = await openBoth(here(), 'anna', 'ben');
    await anna.send('the first one');
    await anna.send('the second one');
    await ben.sees('the second one');

    await choose(ben, 'the first one', 'Reply');
    await ben.page.getByText('Reply to', { exact: true }).waitFor();
    await ben.composer.press('Escape');
    await ben.page.getByText('Reply to', { exact: true }).waitFor({ state: 'detached' });
    await choose(ben, 'the first one', 'Reply');
    await ben.send('an answer');
    const answer = anna.message('an answer');
    await answer.getByRole('button', { name: 'In reply to anna the first one' }).click();
    await expect
      .poll(() => anna.page.evaluate(() => document.activeElement?.textContent), patience)
      .toContain('the first one');

    await anna.composer.press('ArrowUp');
    await expect.poll(() => anna.composer.inputValue(), patience).toBe('the second one');
    await anna.composer.fill('the second one, edited');
    await anna.composer.press('Enter');
    await expect.poll(() => anna.composer.inputValue(), patience).toBe('');
    await ben.message('the second one, edited').getByRole('button', { name: 'Edited' }).click();
    await ben.page.getByRole('dialog').getByText('the second one', { exact: true }).waitFor();
    await ben.page.keyboard.press('Escape');
    await ben.page.getByRole('dialog').waitFor({ state: 'detached' });
    await choose(anna, 'the first one', 'Pin');
    await ben.page.getByRole('region', { name: 'Pinned message' }).getByText('the first one').waitFor();

    await ben.message('the first one').first().getByRole('button', { name: 'Message actions' }).click();
    await menu(ben).getByRole('menuitemcheckbox', { name: '🎉' }).click();
    const reaction = anna.message('the first one').first().getByRole('button', { name: '🎉 1 ben' });
    await reaction.click();
    const both = ben.message('the first one').first().getByRole('button', { name: '🎉 2 You, anna' });
    await both.click();
    await anna
      .message('the first one')
      .first()
      .getByRole('button', { name: '🎉 1 You', exact: true })
      .waitFor();

    await choose(anna, 'the first one', 'Delete');
    await anna.page.getByRole('button', { name: 'Delete for everybody' }).click();
    await ben.page.getByText('Message deleted').first().waitFor();
    await expect.poll(() => ben.page.getByText('the first one').count(), patience).toBe(0);
    await expect.poll(() => ben.page.getByRole('button', { name: '🎉' }).count(), patience).toBe(0);

    await choose(ben, 'the second one, edited', 'Delete');
    expect(await ben.page.getByRole('button', { name: 'Delete for everybody' }).count()).toBe(0);
    await ben.page.getByRole('button', { name: 'Delete for me' }).click();
    await ben.message('the second one, edited').waitFor({ state: 'detached' });
    await anna.sees('the second one, edited');
  });

  it('see how far a message has come', async () => {
    const cora = await openApp(browser(), { url: server.url, as: 'cora' });
    const dirk = await openApp(browser(), { url: server.url, as: 'dirk' });
    await cora.open('dirk');
    await cora.send('look at this');

    await receiptOf(cora.message('look at this'), 'Delivered');
    await dirk.open('cora');

    await receiptOf(cora.message('look at this'), 'Read');
  });
});
