import { startTestServer, type TestServer } from '@whisper/server/testing';
import { hasBrowser, slow } from '@whisper/server/testing/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, patience, type AppPage } from './app-page.ts';
import { useBrowser } from './use-browser.ts';

const browser = useBrowser();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { RATE_LIMITS: 'off' } });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Each of them writes once to the person. */
async function writeTo(name: string, writers: readonly string[]): Promise<void> {
  const { me } = await server.signIn(name);
  await Promise.all(
    writers.map(async (writer) => {
      const { api } = await server.signIn(writer);
      const { id: chatId } = await api.chat.openDirect.mutate({ userId: me.id });
      await api.message.send.mutate({ chatId, text: `from ${writer}`, clientId: crypto.randomUUID() });
    }),
  );
}

describe.skipIf(!hasBrowser)('the lists', slow, () => {
  it('find somebody one talks with by a decomposed name and by their address, or say that there is nobody', async () => {
    await writeTo('alice', ['zoe', 'bob']);
    await server.app.db.collection('users').updateOne({ name: 'zoe' }, { $set: { name: 'Zo\u00eb' } });
    const app = await openApp(browser(), { url: server.url, as: 'alice' });
    await app.row('bob').waitFor();

    await app.search.fill('zoe\u0308'.normalize('NFD'));
    await app.row('Zo\u00eb').waitFor();
    await app.row('bob').waitFor({ state: 'detached' });

    await app.search.fill((await server.signIn('bob')).me.email);
    await app.row('bob').waitFor();
    expect(await app.page.getByText('Nobody’s name').count()).toBe(0);

    await app.search.fill('bobby');
    await app.page.getByText('Nobody’s name starts with “bobby”').waitFor();
  });

  it('count what is unread in every chat, also in those that are not on the first page', async () => {
    await writeTo(
      'carol',
      Array.from({ length: 55 }, (_, index) => `writer ${index}`),
    );
    const app = await openApp(browser(), { url: server.url, as: 'carol' });

    await expect.poll(() => app.page.title(), patience).toBe('(55) Whisper');
  });

  it('keep a chat at the top, muted, unread or in the archive, for one’s own eyes and on every device', async () => {
    await writeTo('erna', ['hans', 'ida']);
    const erna = await openApp(browser(), { url: server.url, as: 'erna' });
    const phone = await openApp(browser(), { url: server.url, as: 'erna' });
    await expect.poll(() => erna.page.title(), patience).toBe('(2) Whisper');
    const rows = phone.page.locator('section', { hasText: 'Chats' }).first().locator('a.row .row-name');
    const last = (await rows.allInnerTexts()).at(-1)?.trim() ?? '';
    const choose = async (item: string) => {
      await erna.page.getByRole('button', { name: 'Chat actions' }).click();
      await erna.page.getByRole('menuitem', { name: item, exact: true }).click();
    };
    await erna.open(last);
    await choose('Keep at the top');
    await expect.poll(async () => (await rows.allInnerTexts())[0], patience).toContain(last);
    await choose('Mute');
    await phone.row(last).getByText('muted').waitFor({ state: 'attached' });
    await choose('Notify me again');
    await phone.row(last).getByText('muted').waitFor({ state: 'detached' });

    const badge = (app: AppPage) => app.row(last).getByText('1 unread');
    await badge(phone).waitFor({ state: 'detached' });
    await choose('Mark as unread');
    await erna.page.getByText('Pick a conversation').waitFor();
    for (const app of [erna, phone]) await badge(app).waitFor();
    await erna.open(last);
    await badge(phone).waitFor({ state: 'detached' });

    await choose('Archive');
    await phone.row(last).waitFor({ state: 'detached' });
    await phone.page.getByRole('button', { name: 'Archive (1)' }).click();
    await phone.row(last).waitFor();
    await choose('Take out of the archive');
    await phone.page.getByRole('button', { name: /archive/i }).waitFor({ state: 'detached' });
  });
});
