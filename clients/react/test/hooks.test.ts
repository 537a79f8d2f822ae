import { createWhisperClient, devTokens, type WhisperClient } from '@whisper/client/node';
import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, sharedBrowser, slow } from '@whisper/server/testing/browser';
import type { ChatId } from '@whisper/shared';
import type { Browser, Page, WebSocket } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { buildPage, reactVersions, type BuiltPage } from './build-page.ts';
import type { Shown } from './screen.tsx';

const patience = { timeout: 15_000 };
let browser: Browser;
let server: TestServer;
beforeAll(async () => {
  if (!hasBrowser) return;
  [browser, server] = await Promise.all([sharedBrowser(), startTestServer()]);
}, slow.timeout);
afterAll(() => server?.[Symbol.asyncDispose]());

async function signIn(name: string): Promise<WhisperClient> {
  const client = createWhisperClient({ url: server.url, getToken: devTokens(server.url, name) });
  onTestFinished(() => client.close());
  await client.store.when(({ isSynced }) => isSynced);
  return client;
}

/** A chat of these two, in which the first has written. */
async function converse(one: WhisperClient, otherName: string, text: string): Promise<ChatId> {
  const other = await signIn(otherName);
  const { me } = other.store.getSnapshot();
  if (!me) throw new Error('Nobody is signed in');
  const { id } = await one.store.openDirect(me.id);
  one.store.send(id, text);
  await one.store.when(({ outbox }) => outbox.length === 0);
  return id;
}

/** The page as the server rendered it, taken over by React. Its console must stay silent until the end of the test. */
async function openPage({ script, renderScreen }: BuiltPage, first: Shown) {
  const said = vi.spyOn(console, 'error');
  const html = renderScreen(first);
  expect(said.mock.calls).toEqual([]);
  said.mockRestore();

  const page = await browser.newPage({ baseURL: server.url, bypassCSP: true });
  page.setDefaultTimeout(patience.timeout);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A refused call is an answer; the browser notes each by itself.
    const isRefusal = message.location().url.includes('/trpc/');
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  const sockets: WebSocket[] = [];
  page.on('websocket', (socket) => sockets.push(socket));
  onTestFinished(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });
  await page.route('/favicon.ico', (route) => route.fulfill({ status: 204 }));
  await page.goto('/livez');
  await page.setContent(`<div id="root">${html}</div>`);
  await page.evaluate((shown) => Object.assign(window, { first: shown }), first);
  await page.addScriptTag({ content: script, type: 'module' });
  return { page, html, sockets };
}

const show = (page: Page, shown: Shown) => page.evaluate((next) => window.show(next), shown);
const rendersOf = (page: Page, part: string) => page.evaluate((name) => window.rendersOf(name), part);
const me = (page: Page, name: string) => page.locator('#me').getByText(name, { exact: true }).waitFor();

describe.skipIf(!hasBrowser).each(reactVersions)('with React %s', slow, (version) => {
  let built: BuiltPage;
  beforeAll(async () => {
    built = await buildPage(version);
  }, slow.timeout);

  it('a screen is rendered on a server, taken over and live', async () => {
    const alice = await signIn(`alice ${version}`);
    const chatId = await converse(alice, `bob ${version}`, 'hello');
    const { page, html } = await openPage(built, { person: `bob ${version}`, chatIds: [chatId] });
    expect(html).toContain('connecting');

    await page.getByText(`alice ${version}: hello`).waitFor();
    await page.getByText(`alice ${version} is online: hello`).waitFor();
    alice.store.setTyping(chatId, true);
    await page.getByText('1 typing').waitFor();
    alice.store.send(chatId, 'are you there?');
    await page.getByText(`alice ${version}: are you there?`).waitFor();
    await expect.poll(() => page.locator('.typing').innerText()).toBe('');

    await page.getByLabel('Message').fill('yes');
    await alice.store.when(({ typing }) => typing.has(chatId));
    await page.getByLabel('Message').press('Enter');
    await alice.store.when(({ chats }) => chats[0]?.lastMessage?.text === 'yes');
    await page.getByText(`bob ${version}: yes`).waitFor();
  });

  it('what happens elsewhere renders nothing', async () => {
    const alice = await signIn(`anna ${version}`);
    const [one, other] = [
      await converse(alice, `ben ${version}`, 'to ben'),
      await converse(alice, `cleo ${version}`, 'to cleo'),
    ];
    const { page } = await openPage(built, { person: `anna ${version}`, chatIds: [one, other] });
    await page.getByText(`anna ${version}: to ben`).waitFor();
    await page.getByText(`anna ${version}: to cleo`).waitFor();
    const ben = await signIn(`ben ${version}`);
    const before = [await rendersOf(page, one), await rendersOf(page, 'list')];

    await ben.store.openChat(one);
    ben.store.setTyping(one, true);
    await page.getByText('1 typing').waitFor();
    const typed = [await rendersOf(page, one), await rendersOf(page, 'list')];
    expect(typed[0]).toBeGreaterThan(before[0] ?? 0);
    expect(typed[1]).toBe(before[1]);

    const quiet = await rendersOf(page, other);
    ben.store.send(one, 'from ben');
    await page.getByText(`ben ${version}: from ben`).waitFor();
    const field = page.locator(`#chat-${one}`).getByLabel('Message');
    await field.fill('back to ben');
    await field.press('Enter');
    await page.getByText(`anna ${version}: back to ben`).waitFor();
    expect(await rendersOf(page, other)).toBe(quiet);
  });

  it('strict mode leaves one connection, another person takes over at once, and signing out ends it', async () => {
    const { page, sockets } = await openPage(built, { person: `dora ${version}`, chatIds: [] });
    const open = () => sockets.filter((socket) => !socket.isClosed()).length;
    await me(page, `dora ${version}`);
    await expect.poll(open, patience).toBe(1);

    await show(page, { person: `emil ${version}`, chatIds: [] });
    await me(page, `emil ${version}`);
    await expect.poll(open, patience).toBe(1);
    expect(await page.evaluate(() => window.meetings())).toEqual([
      `dora ${version} is dora ${version}`,
      `emil ${version} is emil ${version}`,
    ]);

    await show(page, { person: null, chatIds: [] });
    await me(page, 'not known');
    await expect.poll(open, patience).toBe(0);
  });

  it('what cannot be is a state: a chat of others, and a session that is over', async () => {
    const alice = await signIn(`frida ${version}`);
    const chatId = await converse(alice, `gus ${version}`, 'secret');
    const { page } = await openPage(built, { person: `hugo ${version}`, chatIds: [chatId] });
    await page.getByText('failed: There is no such chat').waitFor();
    await page.getByLabel('Message').fill(' ');
    await page.getByLabel('Message').press('Enter');

    await show(page, { person: 'nobody', chatIds: [] });
    await page.getByText('refused: Nobody is signed in').waitFor();
    const made = await page.evaluate(() => window.clientsMade());
    await page.getByRole('button', { name: 'Again' }).click();
    await expect.poll(() => page.evaluate(() => window.clientsMade()), patience).toBe(made + 1);
    await page.getByText('refused: Nobody is signed in').waitFor();
  });
});
