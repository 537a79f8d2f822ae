import { faceOf, type ChatId } from '@whisper/shared';
import type { LegacyMessage } from '@whisper/shared/legacy';
import { mongo } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { ExpressDatabase } from '../../testing/express-database.ts';
import { LegacyClient } from '../../testing/legacy/legacy-client.ts';
import { collect, ServerProcess, startTestServer } from '../../testing/index.ts';

const id = (n: number) =>
  new mongo.BSON.ObjectId(
    n.toString(16).padStart(8, '0').padStart(24, '66a000000000000000000000'.slice(0, 16)),
  );
const chatIdOf = (n: number) => id(0x3e8 + n).toHexString() as ChatId;
const [withBob, withCarol, secondWithCarol, unused, withNobody] = [1, 2, 3, 4, 5].map(chatIdOf) as [
  ChatId,
  ChatId,
  ChatId,
  ChatId,
  ChatId,
];

/** What a chat must say after the migration: the messages of these chats by `createdAt`, then `_id`. */
async function expectedTexts({ db }: ExpressDatabase, ...chatIds: readonly string[]): Promise<string[]> {
  const docs = await db
    .collection('messages')
    .find({ chat: { $in: chatIds.map((each) => new mongo.BSON.ObjectId(each)) } })
    .sort({ createdAt: 1, _id: 1 })
    .toArray();
  return docs.map((doc) => String(doc['text']));
}

const textsOf = (messages: readonly { readonly text: string }[]) => messages.map(({ text }) => text);

describe('a database of the Express backend', () => {
  it('opens: every chat has its messages in their order, numbered, read, and goes on', async () => {
    await using old = await ExpressDatabase.create();
    const texts = await expectedTexts(old, withBob);
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
    const texts = await expectedTexts(old, withCarol, secondWithCarol);
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
    const texts = await expectedTexts(old, withBob);
    const servers = await Promise.all([1, 2].map(() => startTestServer({ sameDatabaseAs: old })));
    for (const server of servers) {
      const alice = await server.signIn('alice');
      expect(textsOf((await alice.api.message.list.query({ chatId: withBob })).messages)).toEqual(texts);
      await server[Symbol.asyncDispose]();
    }
    expect(await old.db.collection('migrations').findOne({ owner: { $exists: true } })).toBeNull();
  });

  it('is migrated to the end although the process is killed in the middle, twice', {
    timeout: 120_000,
  }, async () => {
    await using old = await ExpressDatabase.create();
    const messages = old.db.collection('messages');
    await old.addMessages(id(0x3e9), { sender: id(1), count: 8_000 });
    await old.addMessages(id(0x3eb), { sender: id(3), count: 1_000 });
    const expected = {
      [withBob]: await expectedTexts(old, withBob),
      [withCarol]: await expectedTexts(old, withCarol, secondWithCarol),
    };
    const all = await messages.find({}, { projection: { text: 1 } }).toArray();
    const idOf = new Map(all.map(({ _id, text }) => [String(text), _id]));
    await using server = await ServerProcess.create({ MONGODB_URI: old.mongoUri });

    for (const killAfter of [1_000, 3_000]) {
      const ended = server.start().then(
        () => 'started',
        () => 'killed',
      );
      while (!(await isNumbered(killAfter))) await new Promise((resolve) => setImmediate(resolve));
      await server.kill();
      expect(await ended).toBe('killed');
      expect(await isNumbered(7_000)).toBe(false);
      // A dead node's lock runs out by itself; this test does not wait for it.
      const lock = { owner: { $exists: true } };
      await old.db.collection('migrations').updateOne(lock, { $set: { expiresAt: new Date(0) } });
    }

    await server.start();
    for (const [chatId, texts] of Object.entries(expected)) {
      const stored = await messages
        .find({ chat: new mongo.BSON.ObjectId(chatId) })
        .sort({ rev: 1 })
        .toArray();
      expect(stored.map((doc) => String(doc['text']))).toEqual(texts);
      expect(stored.every((doc, n) => doc['rev'] === n + 1 && doc['seq'] === n + 1)).toBe(true);
    }
    const indexes = (await messages.indexes()).map(({ name }) => name);
    expect(indexes).toContain('chat_1_rev_1');
    expect(indexes).not.toContain('migration_order');

    async function isNumbered(place: number): Promise<boolean> {
      const _id = idOf.get(expected[withBob]?.[place] ?? '');
      return _id !== undefined && (await messages.countDocuments({ _id, rev: { $exists: true } })) > 0;
    }
  });
});
