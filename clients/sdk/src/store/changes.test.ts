import { startTestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import type { ChatId, Message } from '@whisper/shared';
import { describe, expect, it } from 'vitest';
import { entriesIn, meOf, openConversation, openDevice, sees, textsOf } from '../../test/people.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import { memoryStorage } from '../storage/memory-storage.ts';
import { isDraft } from '../outbox/entry.ts';
import { messagesOf, rowsOf } from './chat-snapshot.ts';

describe('a change of a message', () => {
  it('shows at once, in its message, in who quotes it and in the list, and then everywhere', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    const first = await sends({ alice, bob, chatId }, 'first');

    alice.store.send(chatId, 'answer', { replyTo: first.id });
    await sees(bob, chatId, ['first', 'answer']);
    await alice.store.when(({ outbox }) => outbox.length === 0);
    alice.store.edit(first, ' edited ');
    alice.store.react(first, '👍', true);
    alice.store.pin(first, true);
    const [edited, answer] = heldBy(alice, chatId);

    expect(edited).toMatchObject({ text: 'edited', reactions: [{ emoji: '👍', userIds: [meOf(alice).id] }] });
    expect(edited?.pinnedAt).not.toBeNull();
    expect(answer?.replyTo).toMatchObject({ messageId: first.id, excerpt: 'edited' });
    expect(alice.store.getSnapshot().outbox.map(({ kind }) => kind)).toEqual(['edit', 'react', 'pin']);
    await equalsFetch([alice, bob], chatId);
    const last = await sends({ alice, bob, chatId }, 'last');
    alice.store.remove(last);
    expect(alice.store.getSnapshot().chats[0]?.lastMessage).toMatchObject({ text: '' });
    await equalsFetch([alice, bob], chatId);
    expect(heldBy(bob, chatId).map(({ text }) => text)).toEqual(['edited', 'answer', '']);
  });

  it('is made offline, outlives a restart, and goes out in order, once', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const storage = memoryStorage();
    const alice = await openDevice(link.url, 'alice', { storage });
    const bob = await openDevice(server.url, 'bob');
    const { id: chatId } = await alice.store.openDirect(meOf(bob).id);
    await bob.store.openChat(chatId);
    const first = await sends({ alice, bob, chatId }, 'first');
    link.isDown = true;
    link.drop();
    await alice.store.when(({ connection }) => connection.status === 'offline');

    alice.store.send(chatId, 'second');
    for (const text of ['one', 'two', 'three']) alice.store.edit(first, text);
    alice.store.forward(first, chatId);
    await expect.poll(() => entriesIn(storage, alice)).toHaveLength(5);
    expect(textsOf(alice, chatId)).toEqual(['three', 'pending: second', 'pending: first']);
    alice.close();
    link.isDown = false;
    const later = await openDevice(link.url, 'alice', { storage });
    await later.store.openChat(chatId);
    await later.store.when(({ outbox }) => outbox.length === 0);

    await equalsFetch([later, bob], chatId);
    expect(textsOf(bob, chatId)).toEqual(['three', 'second', 'three']);
    const { edits } = await bob.api.message.edits.query({ messageId: first.id });
    expect(edits.map(({ text }) => text)).toEqual(['first', 'one', 'two']);
    expect(heldBy(bob, chatId)[2]?.forwardedFrom?.sender.id).toBe(meOf(alice).id);
  });

  it('that is refused is rolled back and says so on its row, until it is made again or discarded', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await openConversation(server);
    const first = await sends({ alice, bob, chatId }, 'first');

    bob.store.edit(first, 'not mine');
    expect(textsOf(bob, chatId)).toEqual(['not mine']);
    await bob.store.when(() => rowOf(bob, chatId)?.failure !== undefined);

    expect(rowOf(bob, chatId)).toMatchObject({
      message: { text: 'first' },
      isChanging: false,
      failure: { code: 'FORBIDDEN', kind: 'edit' },
    });
    bob.store.edit(first, 'again');
    await bob.store.when(({ outbox }) => outbox.length === 1 && outbox[0]?.failure !== undefined);
    const { clientId } = rowOf(bob, chatId)?.failure ?? {};
    if (clientId) bob.store.discard(clientId);
    expect(rowOf(bob, chatId)).toEqual({ state: 'sent', message: first, isChanging: false });
  });
});

describe('a draft', () => {
  it('that was not sent yet is edited in itself, and taken back without a trace', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const alice = await openDevice(link.url, 'alice');
    const bob = await openDevice(server.url, 'bob');
    const { id: chatId } = await alice.store.openDirect(meOf(bob).id);
    await bob.store.openChat(chatId);
    link.isDown = true;
    link.drop();
    await alice.store.when(({ connection }) => connection.status === 'offline');
    // The first of a chat is already tried; those behind it are not.
    for (const text of ['tried', 'kept', 'taken back']) alice.store.send(chatId, text);
    await expect.poll(() => alice.store.getSnapshot().outbox).toHaveLength(3);
    const [tried, kept, taken] = alice.store.getSnapshot().outbox.filter(isDraft);
    if (!tried || !kept || !taken) throw new Error('There are three drafts');

    alice.store.edit(kept, 'kept and edited');
    alice.store.remove(taken);
    alice.store.edit(tried, 'tried and edited');

    expect(textsOf(alice, chatId)).toEqual(['pending: tried and edited', 'pending: kept and edited']);
    link.isDown = false;
    await sees(bob, chatId, ['tried and edited', 'kept and edited']);
    await alice.store.when(({ outbox }) => outbox.length === 0);
    await equalsFetch([alice, bob], chatId);
    expect(heldBy(bob, chatId)[1]?.editedAt).toBeNull();
  });
});

type Scene = { readonly alice: WhisperClient; readonly bob: WhisperClient; readonly chatId: ChatId };

async function sends({ alice, bob, chatId }: Scene, text: string): Promise<Message> {
  alice.store.send(chatId, text);
  await Promise.all(
    [alice, bob].map(({ store }) =>
      store.when(({ open, outbox }) => messagesOf(open.get(chatId)).at(-1)?.text === text && !outbox.length),
    ),
  );
  const message = heldBy(bob, chatId).at(-1);
  if (!message) throw new Error('It has arrived');
  return message;
}

function heldBy({ store }: WhisperClient, chatId: ChatId): readonly Message[] {
  return messagesOf(store.getSnapshot().open.get(chatId));
}

function rowOf({ store }: WhisperClient, chatId: ChatId) {
  const { open, outbox } = store.getSnapshot();
  const [row] = rowsOf(chatId, { view: open.get(chatId), outbox });
  return row?.state === 'sent' ? row : undefined;
}

async function equalsFetch(clients: readonly WhisperClient[], chatId: ChatId): Promise<void> {
  for (const client of clients) await client.store.when(({ outbox }) => outbox.length === 0);
  for (const client of clients) {
    const { messages } = await client.api.message.list.query({ chatId });
    await expect.poll(() => heldBy(client, chatId)).toEqual(messages);
  }
}
