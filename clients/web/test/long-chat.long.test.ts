import type { TestServer } from '@whisper/server/testing';
import type { ChatId, MessageId } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, patience, type AppPage } from './app-page.ts';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { startWithMessages } from './seed-messages.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
const count = 2_000;

let server: TestServer;
let chatId: ChatId;
beforeAll(async () => {
  ({ server, chatId } = await startWithMessages({ names: ['alice', 'bob'], count }));
});
afterAll(() => server[Symbol.asyncDispose]());

describe.skipIf(!hasBrowser)(`a conversation of ${count} messages`, slow, () => {
  const open = () => openApp(browser(), { url: server.url, as: 'alice', path: `/chats/${chatId}` });

  it('opens at the newest one and holds only what is in sight', async () => {
    const app = await open();

    await app.sees(`message ${count}`);

    await expect.poll(() => app.distanceFromEnd(), patience).toBeLessThan(2);
    expect(await app.page.getByRole('article').count()).toBeLessThan(60);
    const pages = await app.page.evaluate(
      () =>
        performance.getEntriesByType('resource').filter(({ name }) => name.includes('message.list')).length,
    );
    // Once more when it was asked for before the device is told of what another one hides.
    expect(pages).toBeLessThanOrEqual(2);
  });

  it('keeps its place when older messages come in above', async () => {
    const app = await open();
    await app.sees(`message ${count}`);
    let release = () => undefined as void;
    const isHeld = new Promise<void>((resolve) => {
      release = resolve;
    });
    await app.page.route(/message\.list/, async (route) => {
      await isHeld;
      await route.continue();
    });

    await scrollTo(app, 300);
    await app.page.getByText('Fetching older messages').waitFor();
    const before = await app.topMessage();
    release();
    await expect.poll(async () => (await app.place(before.text))?.place, patience).toBe(before.place + 100);

    const moved = async () => Math.abs(((await app.place(before.text))?.top ?? 0) - before.top);
    await expect.poll(moved, patience).toBeLessThan(3);
  });

  it('is searched with the keyboard: to a message of long ago, on to the next one, and back to the end', async () => {
    const app = await open();
    const { page } = app;
    await app.sees(`message ${count}`);
    await page.keyboard.press('Control+f');
    const field = page.getByRole('combobox', { name: 'Words to look for' });
    await expect.poll(() => page.getByLabel('In which chat').inputValue(), patience).toBe(chatId);
    await field.fill('MESSAGE 17');
    const chosen = page.locator('[role=option][aria-selected=true]');
    await chosen.getByText('message 1799', { exact: false }).waitFor();
    await field.press('ArrowDown');
    await chosen.getByText('message 1798', { exact: false }).waitFor();
    await field.press('Enter');
    await expect.poll(() => focusedText(app), patience).toContain('message 1798');

    await page.getByRole('button', { name: 'Results' }).click();
    await chosen.getByText('message 1798', { exact: false }).waitFor();
    await field.press('ArrowDown');
    await field.press('Enter');
    await expect.poll(() => focusedText(app), patience).toContain('message 1797');

    await page.getByRole('button', { name: 'Back to where I was' }).click();
    await app.sees(`message ${count}`);
    await expect.poll(() => app.distanceFromEnd(), patience).toBeLessThan(2);
    await page.getByRole('button', { name: 'Results' }).waitFor({ state: 'detached' });
  });

  it('can be read up to its beginning, and left with one press', async () => {
    const app = await open();
    await app.sees(`message ${count}`);

    await app.messages.evaluate(async (element) => {
      while (!element.querySelector('.conversation-start')) {
        element.scrollTo(0, 0);
        await new Promise(requestAnimationFrame);
      }
    });
    await expect.poll(() => app.texts(), patience).toContain('message 1');
    expect(await app.page.getByRole('article').count()).toBeLessThan(80);
    await app.page.getByRole('button', { name: 'Jump to the newest message' }).click();

    await app.message(`message ${count}`).waitFor();
    await expect.poll(() => app.distanceFromEnd(), patience).toBeLessThan(2);
  });

  it('stays where it is read when something new comes, and says so', async () => {
    const app = await open();
    await app.sees(`message ${count}`);
    await scrollTo(app, 2_000);
    const before = await app.topMessage();
    const bob = await server.signIn('bob');

    for (const text of ['news', 'more news'])
      await bob.api.message.send.mutate({ chatId, text, clientId: crypto.randomUUID() });

    const pill = app.page.getByRole('button', { name: '2 new messages' });
    await pill.waitFor();
    expect(Math.abs((await app.topMessage()).top - before.top)).toBeLessThan(3);
    await pill.click();
    await app.sees('more news');
    await expect.poll(() => app.distanceFromEnd(), patience).toBeLessThan(2);
  });

  it('jumps to a message quoted from far above, reads on from there, and is back at the newest', async () => {
    const bob = await server.signIn('bob');
    const say = async (text: string, replyTo?: MessageId) =>
      bob.api.message.send.mutate({ chatId, text, clientId: crypto.randomUUID(), replyTo });
    const { messages } = await bob.api.message.list.query({ chatId, around: 1_000 });
    await say('do you remember?', messages.find(({ seq }) => seq === 1_000)?.id);
    const app = await open();
    const jump = () =>
      app
        .message('do you remember?')
        .getByRole('button', { name: /^In reply to/ })
        .click();
    await app.sees('do you remember?');
    const pinnedId = (await say('pinned')).id;
    await bob.api.message.pin.mutate({ messageId: pinnedId, on: true });
    const bar = app.page.getByRole('button', { name: 'Go to the pinned message' });
    await bar.waitFor();
    await jump();

    await app.message('message 1000').waitFor();
    const focused = () => app.page.evaluate(() => document.activeElement?.getAttribute('data-seq'));
    await expect.poll(focused, patience).toBe('1000');
    await say('unseen');
    const pill = app.page.getByRole('button', { name: '1 new message' });
    await pill.waitFor();

    await app.messages.evaluate(async (element) => {
      while (!element.textContent?.includes('message 1140')) {
        element.scrollBy(0, element.clientHeight / 2);
        await new Promise(requestAnimationFrame);
      }
    });
    await pill.waitFor();
    await app.row('bob').getByText('1 unread').waitFor();
    await pill.click();
    await app.sees('unseen');
    await expect.poll(() => app.distanceFromEnd(), patience).toBeLessThan(2);
    await app.row('bob').locator('.badge').waitFor({ state: 'detached' });

    await jump();
    await expect.poll(focused, patience).toBe('1000');
    await bar.click();
    await expect
      .poll(() => app.page.evaluate(() => document.activeElement?.textContent), patience)
      .toContain('pinned');
    await jump();
    await expect.poll(focused, patience).toBe('1000');
    await app.send('I do');
    await app.sees('I do');
    await expect.poll(() => app.distanceFromEnd(), patience).toBeLessThan(2);
  });
});

describe.skipIf(!hasBrowser)('whoever is at the end of a conversation', slow, () => {
  it('stays there while messages come and the text field grows', async () => {
    const app = await openApp(browser(), { url: server.url, as: 'alice', path: `/chats/${chatId}` });
    await app.message('message').last().waitFor();
    const bob = await server.signIn('bob');
    for (const text of ['short', 'lines\n'.repeat(30), 'the last one'])
      await bob.api.message.send.mutate({ chatId, text, clientId: crypto.randomUUID() });
    await app.sees('the last one');
    await expect.poll(() => app.distanceFromEnd(), patience).toBeLessThan(2);

    await app.composer.fill('line\n'.repeat(12));

    await expect.poll(() => app.distanceFromEnd(), patience).toBeLessThan(2);
    await expect.poll(() => app.page.getByRole('button', { name: /newest/ }).count(), patience).toBe(0);
  });
});

/** Resolves when the browser has shown it. */
async function scrollTo(app: AppPage, top: number): Promise<void> {
  await app.messages.evaluate(async (element, offset) => {
    element.scrollTo(0, offset);
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  }, top);
}

function focusedText({ page }: AppPage): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent ?? '');
}
