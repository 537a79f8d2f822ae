import { collect, startTestServer } from '@whisper/server/testing';
import type { ChatId, Message, MessageEvent } from '@whisper/shared';
import { expect, it, vi } from 'vitest';
import { messagesOf, type WhisperClient } from '../src/index.ts';
import { talk } from '../verify/crowd/talk.ts';
import { fetchMessages } from '../verify/fetch-messages.ts';
import { meOf, openDevice } from './people.ts';

/** How large the group is, who of it write, and how much; `npm run crowd` is 200, 50 and 100, in several processes. */
const members = 12;
const senders = 5;
const messages = 8;

it('many who write, edit and react at once in a group leave no hole in it, and each client equals a fresh fetch', async () => {
  await using server = await startTestServer();
  const names = Array.from({ length: members }, (_, index) => `person ${index}`);
  const clients = await Promise.all(names.map((name) => openDevice(server.url, name)));
  const [owner, ...others] = clients;
  if (!owner) throw new Error('Nobody is there');
  const memberIds = others.map((client) => meOf(client).id);
  const { id: chatId } = await owner.store.groups.create({ name: 'Crowd', memberIds });
  for (const { store } of clients) await store.openChat(chatId);
  const live = collect<{ data: MessageEvent }>((on) => owner.api.message.onEvent.subscribe({ chatId }, on));
  await live.until((items) => items.length > 0);

  await Promise.all(
    clients.slice(0, senders).map(({ store }, index) => talk(store, { chatId, index, messages })),
  );

  const stored = await fetchMessages(owner, chatId);
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
});

async function expectInStep(
  { store, api }: WhisperClient,
  chatId: ChatId,
  stored: readonly Message[],
): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(messagesOf(store.getSnapshot().open.get(chatId))).toEqual(stored);
      expect(store.getSnapshot().chats).toEqual((await api.chat.list.query({})).chats);
    },
    { timeout: 30_000, interval: 200 },
  );
}
