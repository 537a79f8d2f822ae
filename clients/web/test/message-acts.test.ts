import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, patience, type AppPage } from './app-page.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Two people in two browsers who look at their conversation. */
async function openBoth(one: string, other: string): Promise<[AppPage, AppPage]> {
  const permissions = ['clipboard-read', 'clipboard-write'];
  const both = await Promise.all([
    openApp(browser(), { url: server.url, as: one, permissions }),
    openApp(browser(), { url: server.url, as: other, permissions }),
  ]);
  await both[0].open(other);
  await both[1].open(one);
  return both;
}

const menu = ({ page }: AppPage) => page.getByRole('menu', { name: 'Message actions' });

async function choose(app: AppPage, text: string, action: string): Promise<void> {
  // An answer to a message has its text too, further down.
  await app.message(text).first().hover();
  await app.message(text).first().getByRole('button', { name: 'Message actions' }).click();
  await menu(app).getByRole('menuitem', { name: action }).click();
}

const focusedName = ({ page }: AppPage) =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');

const receiptOf = (message: Locator, receipt: string) =>
  message.getByText(receipt, { exact: true }).waitFor({ state: 'attached' });

describe.skipIf(!hasBrowser)('two people in two browsers', slow, () => {
  it('see each other reply, edit, react, pin and delete', async () => {
    const [anna, ben] = await openBoth('anna', 'ben');
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

describe.skipIf(!hasBrowser)('what one does with a message', slow, () => {
  it('is reached with the keyboard alone, and the focus returns', async () => {
    const [emma, fred] = await openBoth('emma', 'fred');
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
    const [gina, hugo] = await openBoth('gina', 'hugo');
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
    const [ida] = await openBoth('ida', 'jan');
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
