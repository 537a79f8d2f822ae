import { rowsOf, type WhisperClient } from '@whisper/client/node';
import { startTestServer, type TestServer } from '@whisper/server/testing';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openApp, patience } from './app-page.ts';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { signInClient } from './sample-chats.ts';
import { TerminalChat } from './terminal-chat.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

async function openClient(name: string): Promise<WhisperClient> {
  const client = await signInClient(server.url, name);
  onTestFinished(() => client.close());
  return client;
}

describe.skipIf(!hasBrowser)('two people in two browsers', slow, () => {
  it('sign in by name, find each other and talk', async () => {
    const [alice, bob] = await Promise.all([
      openApp(browser(), { url: server.url }),
      openApp(browser(), { url: server.url }),
    ]);
    await bob.page.getByLabel('Or any other name').fill('Bob B');
    await bob.page.getByRole('button', { name: 'Sign in' }).click();
    await bob.loaded();
    await alice.page.getByRole('button', { name: 'alice' }).click();
    await alice.open('bob b');
    expect(new URL(alice.page.url()).pathname).toMatch(/^\/chats\/[0-9a-f]{24}$/);

    await alice.send('hello bob');
    await bob.open('alice');
    await bob.sees('hello bob');
    await bob.send('hello alice');

    await alice.sees('hello alice');
    await expect.poll(() => alice.texts(), patience).toEqual(['hello bob', 'hello alice']);
  });

  it('see each other come, type, write and go', async () => {
    const alice = await openApp(browser(), { url: server.url, as: 'anna' });
    const bob = await openApp(browser(), { url: server.url, as: 'ben' });
    await alice.open('ben');
    await alice.page.locator('.conversation-header').getByText('Online').waitFor();

    await bob.row('anna').getByText('Online').waitFor();
    await bob.open('anna');
    await bob.composer.pressSequentially('hm');
    await alice.page.getByText('ben is typing').waitFor();
    await bob.composer.press('Enter');
    await alice.sees('hm');
    await alice.page.getByText('ben is typing').waitFor({ state: 'detached' });

    await bob.page.context().close();
    await alice.page.locator('.conversation-header').getByText('Offline').waitFor();
  });

  it('see what is unread in the list and in the title until they look at it', async () => {
    const ben = await openClient('berta');
    const anna = await openApp(browser(), { url: server.url, as: 'adele' });
    const meId = (await server.signIn('adele')).me.id;
    const { id } = await ben.store.openDirect(meId);
    for (const text of ['one', 'two', 'three']) ben.store.send(id, text);

    await anna.row('berta').getByText('3 unread').waitFor();
    await expect.poll(() => anna.page.title(), patience).toBe('(3) Whisper');
    await anna.page.getByRole('log').getByText('berta: three').waitFor({ state: 'attached' });
    await anna.open('berta');

    await expect.poll(() => anna.page.title(), patience).toBe('berta · Whisper');
    await anna.row('berta').getByText('unread').waitFor({ state: 'detached' });
    await expect
      .poll(async () => (await server.signIn('adele')).api.chat.get.query({ chatId: id }), patience)
      .toMatchObject({ unread: 0 });
  });
});

describe.skipIf(!hasBrowser)('somebody with another client', slow, () => {
  it('of the SDK is one of them', async () => {
    const dora = await openClient('dora');
    const app = await openApp(browser(), { url: server.url, as: 'carl' });
    await app.open('dora');
    await app.send('from the browser');

    const { chats } = await dora.store.when(
      ({ chats }) => chats[0]?.lastMessage?.text === 'from the browser',
    );
    const chatId = chats[0]?.id;
    if (!chatId) throw new Error('There is no chat');
    await dora.store.openChat(chatId);
    dora.store.send(chatId, 'from the SDK');

    await app.sees('from the SDK');
    const { open, outbox } = dora.store.getSnapshot();
    expect(rowsOf(chatId, { view: open.get(chatId), outbox })).toHaveLength(2);
  });

  it('in a terminal is one of them', async () => {
    await using terminal = new TerminalChat({ url: server.url, as: 'tina', with: 'karl' });
    const app = await openApp(browser(), { url: server.url, as: 'karl' });
    await app.open('tina');
    await app.send('to the terminal');
    await terminal.shows('to the terminal');
    terminal.type('from the terminal');

    await app.sees('from the terminal');
  });

  it('of the earlier Socket.IO API is one of them', async () => {
    const socket = io(server.url, {
      auth: { token: await server.tokenFor('old otto') },
      transports: ['websocket'],
    });
    onTestFinished(() => void socket.close());
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    const app = await openApp(browser(), { url: server.url, as: 'emil' });
    await app.open('old otto');
    const { chatId } = app;
    const heard = new Promise<{ text: string }>((resolve) => socket.once('new-message', resolve));
    socket.emit('join-chat', chatId);

    await app.send('to an old phone');
    expect((await heard).text).toBe('to an old phone');
    socket.emit('typing', { chatId, isTyping: true });
    await app.page.getByText('old otto is typing').waitFor();
    socket.emit('send-message', { chatId, text: 'from an old phone' });

    await app.sees('from an old phone');
  });
});

describe.skipIf(!hasBrowser)('what somebody types', slow, () => {
  it('is text, whatever it looks like', async () => {
    const hostile = [
      '<img src=x onerror="document.title=1"><script>alert(1)</script>',
      '[x](javascript:alert(1)) javascript:alert(1) data:text/html,<b>hi</b>',
      '\u202egnp.exe &lt;b&gt; {{7*7}} ${7*7}',
      `https://safe.example/a?b=c&d="onclick=alert(1) http://plain.example https://me:pw@trick.example`,
      '```\n</pre><h1>code</h1>\n```',
    ];
    const mallory = await openClient('mallory');
    const app = await openApp(browser(), { url: server.url, as: 'victor' });
    await app.open('mallory');
    const chatId = await chatOf('mallory', 'victor');
    for (const text of hostile) mallory.store.send(chatId, text);
    await app.sees('</pre><h1>code</h1>');

    const shown = await app.page.locator('.bubble').evaluateAll((all) => all.map((each) => each.textContent));
    expect(shown).toEqual([...hostile.slice(0, 4), '</pre><h1>code</h1>']);
    expect(await app.page.locator('.bubble :is(img, script, b, h1)').count()).toBe(0);
    const links = await app.page
      .locator('.bubble a')
      .evaluateAll((all) => all.map((each) => [each.getAttribute('href'), each.getAttribute('rel')]));
    const rel = 'noopener noreferrer';
    expect(links).toEqual([
      ['https://safe.example/a?b=c&d=', rel],
      ['http://plain.example', rel],
    ]);
  });

  it('that is refused stays with its writer, who sends it again or lets it go', async () => {
    await openClient('fritz');
    const app = await openApp(browser(), { url: server.url, as: 'greta' });
    await app.open('fritz');
    const chatId = await chatOf('greta', 'fritz');
    const draft = { clientId: crypto.randomUUID(), chatId, text: 'kept', queuedAt: Date.now() };
    const stored = { ...draft, failure: { code: 'FORBIDDEN', message: 'You may not do this' } };
    const { me } = await server.signIn('greta');
    await app.page.evaluate(([key, value]) => localStorage.setItem(key, value), [
      `whisper:outbox:${me.id}:${draft.clientId}`,
      JSON.stringify(stored),
    ] as const);
    await app.page.reload();

    await app.page.getByText('Not sent: You may not do this').waitFor();
    await app.page.getByRole('button', { name: 'Try again' }).click();

    await app.sees('kept');
  });
});

async function chatOf(name: string, other: string) {
  const [mine, theirs] = await Promise.all([server.signIn(name), server.signIn(other)]);
  return (await mine.api.chat.openDirect.mutate({ userId: theirs.me.id })).id;
}
