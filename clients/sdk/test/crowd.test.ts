import { collect, startTestServer, type TestServer } from '@whisper/server/testing';
import type { ChatId, MessageEvent } from '@whisper/shared';
import { expect, it, vi } from 'vitest';
import { messagesOf, type ChatStore, type WhisperClient } from '../src/index.ts';
import { meOf, openDevice } from './people.ts';

/** How large the group is, who of it write, and how much; `npm run crowd` is 200, 50 and 100. */
const members = Number(process.env['MEMBERS'] ?? 12);
const senders = Number(process.env['SENDERS'] ?? 5);
const messages = Number(process.env['MESSAGES'] ?? 8);

/** How many people sign in at once. */
const stride = 20;
const timeout = 60_000 + members * messages * 100;

it('many who write, edit and react at once in a group leave no hole in it, and each client equals a fresh fetch', {
  timeout,
}, async () => {
  await using server = await startTestServer();
  const clients = await openAll(server);
  const [owner, ...others] = clients;
  if (!owner) throw new Error('Nobody is there');
  const memberIds = others.map((client) => meOf(client).id);
  const { id: chatId } = await owner.store.groups.create({ name: 'Crowd', memberIds });
  for (const { store } of clients) await store.openChat(chatId);
  const live = collect<{ data: MessageEvent }>((on) => owner.api.message.onEvent.subscribe({ chatId }, on));
  await live.until((items) => items.length > 0);

  await Promise.all(clients.slice(0, senders).map(({ store }, index) => talk(store, chatId, index)));

  const stored = await fetchAll(owner, chatId);
  const texts = stored.filter(({ kind }) => kind === 'text');
  expect(texts).toHaveLength(senders * messages);
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
  const head = Math.max(...stored.map(({ rev }) => rev));
  await live.until((items) => items.some(({ data }) => 'rev' in data && data.rev === head));
  live.stop();
  const revs = live.items.flatMap(({ data }) => ('rev' in data ? data.rev : []));
  expect(revs).toEqual(revs.map((_, index) => head - revs.length + 1 + index));
  // The group begins with its creation and those who were added.
  expect(revs[0]).toBe(3);
  for (const client of clients) await expectInStep(client, chatId, stored);
  if (members > 50)
    process.stdout.write(`${texts.length} messages, ${head} changes, ${clients.length} clients in step\n`);
});

async function openAll({ url }: TestServer): Promise<WhisperClient[]> {
  const id = crypto.randomUUID().slice(0, 8);
  const clients: WhisperClient[] = [];
  while (clients.length < members) {
    const names = Array.from({ length: Math.min(stride, members - clients.length) }, (_, index) => {
      return `person ${clients.length + index} ${id}`;
    });
    clients.push(...(await Promise.all(names.map((name) => openDevice(url, name)))));
  }
  return clients;
}

/** Each message is followed by an edit of one's own or by a reaction to what somebody else wrote. */
async function talk(store: ChatStore, chatId: ChatId, index: number): Promise<void> {
  for (let count = 0; count < messages; count += 1) {
    store.send(chatId, `message ${count} of ${index}`);
    const said = messagesOf(store.getSnapshot().open.get(chatId)).filter(({ kind }) => kind === 'text');
    const own = said.filter(({ sender }) => sender.id === store.getSnapshot().me?.id);
    const mine = own[(count * 7) % Math.max(1, own.length)];
    const chosen = said[(count * 31 + index) % Math.max(1, said.length)];
    if (count % 2 === 0 && mine) store.edit(mine, `${mine.text}, edited`);
    if (count % 2 === 1 && chosen) store.react(chosen, index % 2 === 0 ? '👍' : '🎉', true);
    await store.when(({ outbox }) => outbox.length < 10);
  }
  await store.when(({ outbox }) => outbox.length === 0);
}

async function fetchAll({ api }: WhisperClient, chatId: ChatId) {
  const all = [];
  for (let hasMore = true; hasMore; ) {
    const page = await api.message.list.query({ chatId, after: all.at(-1)?.seq ?? 0, limit: 100 });
    all.push(...page.messages);
    ({ hasMore } = page);
  }
  return all;
}

async function expectInStep(
  { store, api }: WhisperClient,
  chatId: ChatId,
  stored: Awaited<ReturnType<typeof fetchAll>>,
): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(messagesOf(store.getSnapshot().open.get(chatId))).toEqual(stored);
      expect(store.getSnapshot().chats).toEqual((await api.chat.list.query({})).chats);
    },
    { timeout: 30_000, interval: 200 },
  );
}
