import { startTestServer } from '@whisper/server/testing';
import { ChatIdSchema, type ChatId } from '@whisper/shared';
import { expect, it } from 'vitest';
import { openConversation, openDevice } from '../../test/people.ts';
import { storeCopies } from '../../test/store-copies.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import { messagesOf, rowsOf } from './chat-snapshot.ts';
import type { MessageSearch, SearchSnapshot } from './message-search.ts';

it('jumps to a message that is not held, reads on from there, and is back at the newest when one writes', async () => {
  await using server = await startTestServer();
  const { alice, bob, chatId } = await openConversation(server);
  bob.store.send(chatId, 'first of many');
  await bob.store.when(({ outbox }) => outbox.length === 0);
  await storeCopies(server, 'first of many', 400);
  const late = await openDevice(server.url, 'alice');

  await late.store.openAround(chatId, 350);
  expect(placesOf(late, chatId)).toEqual([302, 401]);

  await late.store.openAround(chatId, 260);
  expect(placesOf(late, chatId)).toEqual([211, 401]);
  expect(logOf(late, chatId)).toMatchObject({ hasOlder: true, hasNewer: false });

  await late.store.openAround(chatId, 100);
  expect(placesOf(late, chatId)).toEqual([51, 150]);
  expect(logOf(late, chatId)).toMatchObject({ hasOlder: true, hasNewer: true });

  bob.store.send(chatId, 'newest');
  await late.store.when(({ chats }) => chats[0]?.lastMessage?.text === 'newest');
  const [message] = messagesOf(late.store.getSnapshot().open.get(chatId));
  if (!message) throw new Error('It is held');
  late.store.react(message, '👍', true);
  await late.store.when(({ open }) => messagesOf(open.get(chatId))[0]?.reactions.length === 1);
  expect(placesOf(late, chatId)).toEqual([51, 150]);

  await Promise.all([late.store.loadNewer(chatId), late.store.loadOlder(chatId)]);
  expect(placesOf(late, chatId)).toEqual([1, 250]);

  late.store.send(chatId, 'from here');
  await late.store.when(({ outbox }) => outbox.length === 0);
  await late.store.when(() => placesOf(late, chatId)[1] === 403);
  expect(logOf(late, chatId)).toMatchObject({ hasOlder: true, hasNewer: false });
  const { messages } = await late.api.message.list.query({ chatId });
  expect(messagesOf(late.store.getSnapshot().open.get(chatId)).slice(-100)).toEqual(messages);
  alice.close();
});

it('leads from a part of the history to the newest message by pages', async () => {
  await using server = await startTestServer();
  const { bob, chatId } = await openConversation(server);
  bob.store.send(chatId, 'first of many');
  await bob.store.when(({ outbox }) => outbox.length === 0);
  await storeCopies(server, 'first of many', 300);
  const late = await openDevice(server.url, 'alice');
  await late.store.openAround(chatId, 1);
  expect(placesOf(late, chatId)).toEqual([1, 51]);
  await late.api.message.send.mutate({ chatId, text: 'by another device', clientId: 'another' });

  while (logOf(late, chatId)?.hasNewer) await late.store.loadNewer(chatId);

  await late.store.when(() => placesOf(late, chatId)[1] === 302);
  const { messages } = await late.api.message.list.query({ chatId });
  expect(messagesOf(late.store.getSnapshot().open.get(chatId)).slice(-100)).toEqual(messages);
});

function logOf({ store }: WhisperClient, chatId: ChatId) {
  const view = store.getSnapshot().open.get(chatId);
  return view?.status === 'ready' ? view.log : undefined;
}

/** The first and the last place of what stands on the screen, which has no holes. */
function placesOf(client: WhisperClient, chatId: ChatId): number[] {
  const { open, outbox } = client.store.getSnapshot();
  const seqs = rowsOf(chatId, { view: open.get(chatId), outbox }).flatMap((row) =>
    row.state === 'sent' ? [row.message.seq] : [],
  );
  expect(seqs).toEqual(Array.from(seqs, (_, index) => (seqs[0] ?? 0) + index));
  return [seqs[0] ?? 0, seqs.at(-1) ?? 0];
}

it('finds messages page by page, the newest first, and jumps to one', async () => {
  await using server = await startTestServer();
  const { alice, bob, chatId } = await openConversation(server);
  for (let count = 1; count <= 25; count += 1) bob.store.send(chatId, `word ${count}`);
  await bob.store.when(({ outbox }) => outbox.length === 0);

  using search = alice.store.search({ query: 'WOR' });
  const first = await settled(search);
  expect(first).toMatchObject({ status: 'paused', failure: null });
  expect(first.found.map(({ message }) => message.text)).toEqual(
    Array.from({ length: 20 }, (_, index) => `word ${25 - index}`),
  );
  expect(first.found[0]?.highlights).toEqual([{ start: 0, end: 3 }]);

  await search.loadMore();
  const { found, status } = search.getSnapshot();
  expect(status).toBe('complete');
  expect(found).toHaveLength(25);
  await alice.store.openAround(chatId, found.at(-1)?.message.seq ?? 0);
  expect(placesOf(alice, chatId)[0]).toBe(1);
});

it('says of a search why it failed, and tries again', async () => {
  await using server = await startTestServer();
  const { alice } = await openConversation(server);
  using search = alice.store.search({ query: 'x', chatId: ChatIdSchema.parse('f'.repeat(24)) });
  expect(await settled(search)).toMatchObject({ status: 'failed', failure: { code: 'NOT_FOUND' } });
  await search.loadMore();
  expect(search.getSnapshot().status).toBe('failed');
});

function settled(search: MessageSearch): Promise<SearchSnapshot> {
  return new Promise((resolve) => {
    const check = () => {
      if (search.getSnapshot().status !== 'searching') resolve(search.getSnapshot());
    };
    search.subscribe(check);
    check();
  });
}
