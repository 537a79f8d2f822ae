import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import type { ChatId } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, patience } from './app-page.ts';
import { startWithMessages } from './seed-messages.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
let chatId: ChatId;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

type Sending = { readonly from: string; readonly to: string };

/** Sends behind the back of every page, as another device does. */
async function send({ from, to }: Sending, texts: readonly string[]): Promise<void> {
  const [me, other] = await Promise.all([server.signIn(from), server.signIn(to)]);
  ({ id: chatId } = await me.api.chat.openDirect.mutate({ userId: other.me.id }));
  for (const text of texts) await me.api.message.send.mutate({ chatId, text, clientId: crypto.randomUUID() });
}

const linesOf = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${word} ${index + 1}\nof several\nlines`);

describe.skipIf(!hasBrowser)('a conversation with unread messages', slow, () => {
  it('opens at the first of them, says where they begin, and counts them until they are seen', async () => {
    await send({ from: 'alice', to: 'bob' }, linesOf('old', 12));
    await send({ from: 'bob', to: 'alice' }, linesOf('unread', 30));
    const app = await openApp(browser(), { url: server.url, as: 'alice' });
    await app.row('bob').getByText('30 unread').waitFor();
    await app.row('bob').click();

    await app.page.getByRole('heading', { name: 'New messages' }).waitFor();
    await app.sees('unread 1 of');
    const isLineAtTop = () =>
      app.messages.evaluate((element) => {
        const line = element.querySelector('.unread-line');
        const top = (line?.getBoundingClientRect().top ?? -1) - element.getBoundingClientRect().top;
        return top >= 0 && top < 80;
      });
    await expect.poll(isLineAtTop, patience).toBe(true);
    const pill = app.page.getByRole('button', { name: /new message/ });
    await expect.poll(() => pill.innerText(), patience).toBe('30 new messages');
    await app.row('bob').getByText('30 unread').waitFor();

    await pill.click();
    await app.row('bob').locator('.badge').waitFor({ state: 'detached' });
    await expect.poll(() => app.distanceFromEnd(), patience).toBeLessThan(2);
  });
});

describe.skipIf(!hasBrowser)('a conversation with more unread messages than a page', slow, () => {
  it('opens at the first of them, and leads to the newest', async () => {
    const seeded = await startWithMessages({ names: ['gina', 'hugo'], count: 300 });
    await using full = seeded.server;
    const hugo = await full.signIn('hugo');
    await hugo.api.chat.markUnread.mutate({ chatId: seeded.chatId, seq: 121 });
    const app = await openApp(browser(), { url: full.url, as: 'hugo' });
    await app.row('gina').click();

    await app.page.getByRole('heading', { name: 'New messages' }).waitFor();
    await expect.poll(async () => (await app.topMessage()).text, patience).toContain('message 121');

    await app.page.getByRole('button', { name: /new message/ }).click();
    await app.sees('message 300');
    await app.row('gina').locator('.badge').waitFor({ state: 'detached' });
  });
});

describe.skipIf(!hasBrowser)('somebody who reads further up', slow, () => {
  it('stays there when they write elsewhere, and is told of what is new also beside a failed draft', async () => {
    await send({ from: 'dora', to: 'carl' }, linesOf('talk', 40));
    await send({ from: 'carl', to: 'dora' }, ['read']);
    const { me } = await server.signIn('carl');
    const failure = { code: 'FORBIDDEN', message: 'You may not do this' };
    const draft = { clientId: crypto.randomUUID(), chatId, text: 'refused', queuedAt: Date.now(), failure };
    const app = await openApp(browser(), { url: server.url, as: 'carl' });
    await app.page.evaluate(([key, value]) => localStorage.setItem(key, value), [
      `whisper:outbox:${me.id}:${draft.clientId}`,
      JSON.stringify(draft),
    ] as const);
    await app.page.goto(`/chats/${chatId}`);
    await app.page.getByText('Not sent: You may not do this').waitFor();
    await app.row('dora').getByText('Not sent:').waitFor();
    await app.messages.evaluate((element) => element.scrollTo(0, 400));
    await app.page.getByRole('button', { name: 'Jump to the newest message' }).waitFor();
    const before = await app.topMessage();

    await send({ from: 'carl', to: 'dora' }, ['from my other device']);
    await send({ from: 'dora', to: 'carl' }, ['news', 'more news']);

    const pill = app.page.getByRole('button', { name: '2 new messages' });
    await pill.waitFor();
    expect(Math.abs((await app.topMessage()).top - before.top)).toBeLessThan(3);
    await expect.poll(() => app.page.locator('.sticky-day').innerText(), patience).toBe('Today');
    const read = (await app.topMessage()).text;
    await app.page.keyboard.press('Escape');
    await app.page.getByText('Pick a conversation').waitFor();
    await app.row('dora').click();
    await app.page.getByText('Not sent: You may not do this').waitFor({ state: 'detached' });
    await expect.poll(async () => (await app.topMessage()).text, patience).toBe(read);
    await pill.waitFor();

    await app.send('from here');
    await app.sees('from here');
    await expect.poll(() => app.distanceFromEnd(), patience).toBeLessThan(2);
  });
});

describe.skipIf(!hasBrowser)('midnight', slow, () => {
  it('makes yesterday of today, in the conversation and in the list', async () => {
    await send({ from: 'erin', to: 'frank' }, ['good night']);
    const app = await openApp(browser(), { url: server.url, as: 'frank', path: `/chats/${chatId}` });
    await app.page.clock.install({ time: new Date() });
    await app.page.reload();
    await app.sees('good night');
    expect(await app.page.locator('.day').innerText()).toBe('Today');

    await app.page.clock.fastForward('24:00:00');

    await app.page.locator('.day').getByText('Yesterday').waitFor();
    await app.row('erin').getByText('Yesterday').waitFor();
  });
});
