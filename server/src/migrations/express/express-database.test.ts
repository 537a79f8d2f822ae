import { faceOf, type ChatId } from '@whisper/shared';
import type { LegacyMessage } from '@whisper/shared/legacy';
import { describe, expect, it } from 'vitest';
import { ExpressDatabase } from '../../testing/express-database.ts';
import { LegacyClient } from '../../testing/legacy/legacy-client.ts';
import { collect, startTestServer } from '../../testing/index.ts';

const chatIdOf = (n: number) => `66a0000000000000${(0x3e8 + n).toString(16).padStart(8, '0')}` as ChatId;
const [withBob, withCarol, secondWithCarol, unused, withNobody] = [1, 2, 3, 4, 5].map(chatIdOf) as [
  ChatId,
  ChatId,
  ChatId,
  ChatId,
  ChatId,
];

const textsOf = (messages: readonly { readonly text: string }[]) => messages.map(({ text }) => text);

describe('a database of the Express backend', () => {
  it('opens: every chat has its messages in their order, numbered, read, and goes on', async () => {
    await using old = await ExpressDatabase.create();
    const texts = await old.textsOf(withBob);
    await using server = await startTestServer({ sameDatabaseAs: old });
    const alice = await server.signIn('alice');

    const { chats } = await alice.api.chat.list.query({});
    expect(chats.map((chat) => [chat.id, faceOf(chat).name, chat.unread])).toEqual([
      [withCarol, 'Carol', 0],
      [withBob, 'Bob', 0],
    ]);
    const { messages, rev } = await alice.api.message.list.query({ chatId: withBob });
    expect(textsOf(messages)).toEqual(texts);
    expect(messages.map(({ seq }) => seq)).toEqual(texts.map((_, index) => index + 1));
    expect(rev).toBe(texts.length);
    expect(chats[1]?.lastMessage?.text).toBe(texts.at(-1));
    const sent = await alice.api.message.send.mutate({ chatId: withBob, text: 'new', clientId: 'new' });
    expect(sent.seq).toBe(texts.length + 1);
  });

  it('has one chat of two people where there were two, with the messages of both, under both ids', async () => {
    await using old = await ExpressDatabase.create();
    const texts = await old.textsOf(withCarol, secondWithCarol);
    await using server = await startTestServer({ sameDatabaseAs: old });
    const [alice, carol] = [await server.signIn('alice'), await server.signIn('carol')];
    const oldCarol = await LegacyClient.signIn(server, 'carol');

    for (const chatId of [withCarol, secondWithCarol]) {
      expect(await alice.api.chat.get.query({ chatId })).toMatchObject({ id: withCarol });
      expect(textsOf((await carol.api.message.list.query({ chatId })).messages)).toEqual(texts);
      expect((await carol.api.message.changes.query({ chatId, afterRev: 10 })).messages).toHaveLength(7);
      expect(textsOf(await oldCarol.call<LegacyMessage[]>(`GET /api/messages/chat/${chatId}`))).toEqual(
        texts,
      );
      expect(await carol.api.chat.markRead.mutate({ chatId, seq: 17 })).toMatchObject({ unread: 0 });
    }
    const live = collect((on) => carol.api.message.onEvent.subscribe({ chatId: secondWithCarol }, on));
    await live.until(({ length }) => length > 0);
    await alice.api.message.send.mutate({ chatId: secondWithCarol, text: 'to both', clientId: 'both' });
    await live.until((items) => JSON.stringify(items).includes('to both'));
    live.stop();
    expect((await carol.api.chat.list.query({})).chats.map((chat) => chat.id)).toEqual([withCarol]);
    expect(await carol.api.chat.openDirect.mutate({ userId: alice.me.id })).toMatchObject({ id: withCarol });
  });

  it('keeps the chat with somebody who is gone, and the one that was never used', async () => {
    await using old = await ExpressDatabase.create();
    await using server = await startTestServer({ sameDatabaseAs: old });
    const [bob, dave] = [await server.signIn('bob'), await server.signIn('dave')];

    const { chats } = await bob.api.chat.list.query({});
    expect(Object.fromEntries(chats.map((chat) => [chat.id, faceOf(chat).name]))).toEqual({
      [withBob]: 'Alice Ada',
      [unused]: 'Dave',
      [withNobody]: 'Deleted user',
    });
    expect((await dave.api.chat.list.query({})).chats).toMatchObject([{ id: unused, lastMessage: null }]);
    expect((await bob.api.message.list.query({ chatId: withNobody })).messages).toHaveLength(3);
    const found = await bob.api.user.list.query({ query: 'carol@example.com' });
    expect(found.users).toMatchObject([{ name: 'Carol' }]);
    expect((await bob.api.user.list.query({})).users).toHaveLength(3);
  });

  it('is migrated once by two nodes that start at the same time', async () => {
    await using old = await ExpressDatabase.create();
    const texts = await old.textsOf(withBob);
    const servers = await Promise.all([1, 2].map(() => startTestServer({ sameDatabaseAs: old })));
    for (const server of servers) {
      const alice = await server.signIn('alice');
      expect(textsOf((await alice.api.message.list.query({ chatId: withBob })).messages)).toEqual(texts);
      await server[Symbol.asyncDispose]();
    }
    expect(await old.db.collection('migrations').findOne({ owner: { $exists: true } })).toBeNull();
  });
});
