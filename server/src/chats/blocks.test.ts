import { applyEvent, startLog, type ChatId, type MessageEvent } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { collect, startTestServer, type TestClient, type TestServer } from '../testing/index.ts';
import { hasRedis } from '../testing/with-redis.ts';
import { blockUser } from '../users/block-user.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.server.close());

const send = (person: TestClient, chatId: string, more: { text?: string; replyTo?: string } = {}) =>
  person.api.message.send.mutate({ chatId, text: 'hello', clientId: randomUUID(), ...more });

const textsOf = async (person: TestClient, chatId: string) =>
  (await person.api.message.list.query({ chatId })).messages.map(({ text }) => text);

const codeOf = (call: Promise<unknown>) => call.then(() => 'OK').catch((error) => error.data.code);

/** Alice and bob, who have written to each other, and alice has a newer chat with carol. */
async function openPair() {
  const names = ['alice', 'bob', 'carol'].map((name) => `${name}-${randomUUID().slice(0, 8)}`);
  const [alice, bob, carol] = (await Promise.all(names.map((name) => server.signIn(name)))) as [
    TestClient,
    TestClient,
    TestClient,
  ];
  const { id: chatId } = await alice.api.chat.openDirect.mutate({ userId: bob.me.id });
  const mine = await send(alice, chatId, { text: 'from alice' });
  const theirs = await send(bob, chatId, { text: 'from bob' });
  const other = await alice.api.chat.openDirect.mutate({ userId: carol.me.id });
  await send(carol, other.id);
  return { alice, bob, carol, chatId, mine, theirs, otherId: other.id };
}

/** What somebody who follows the chat holds in the end. */
async function follow(person: TestClient, chatId: ChatId) {
  let log = startLog(chatId, await person.api.message.list.query({ chatId }));
  const events = collect<{ data: MessageEvent }>((on) =>
    person.api.message.onEvent.subscribe({ chatId, lastEventId: `${chatId}:${log.rev}` }, on),
  );
  await events.until((items) => items.length > 0);
  return {
    async until(text: string) {
      await events.until((items) => JSON.stringify(items).includes(text));
      for (const { data } of events.items) {
        if (data.type === 'created' || data.type === 'updated') log = applyEvent(log, data).log;
      }
      return log;
    },
  };
}

describe('whoever blocks', () => {
  it('sees nothing of what the other does in their chat, and is told of nothing', async () => {
    const { alice, bob, chatId, mine, theirs, otherId } = await openPair();
    const before = await alice.api.message.list.query({ chatId });
    const live = collect<{ data: MessageEvent }>((on) => alice.api.message.onEvent.subscribe({}, on));
    await live.until((items) => items.length === 1);

    await alice.api.user.block.mutate({ userId: bob.me.id });
    const sent = await send(bob, chatId, { text: 'unheard', replyTo: mine.id });
    await bob.api.message.edit.mutate({ messageId: theirs.id, text: 'edited unheard' });
    await bob.api.message.react.mutate({ messageId: mine.id, emoji: '👎', on: true });
    await bob.api.message.pin.mutate({ messageId: mine.id, on: true });
    await send(alice, otherId, { text: 'a sign' });
    await live.until((items) => JSON.stringify(items).includes('a sign'));

    expect(JSON.stringify(live.items)).not.toMatch(/unheard|👎/);
    expect((await alice.api.message.list.query({ chatId })).messages).toEqual(
      before.messages.map((message) => ({
        ...message,
        rev: expect.any(Number),
        updatedAt: expect.any(Date),
      })),
    );
    const { messages: changes } = await alice.api.message.changes.query({ chatId, afterRev: 0 });
    expect(JSON.stringify(changes)).not.toMatch(/unheard|👎/);
    expect((await alice.api.message.edits.query({ messageId: theirs.id })).edits).toEqual([]);
    expect(await codeOf(alice.api.message.edits.query({ messageId: sent.id }))).toBe('NOT_FOUND');
    const { chats } = await alice.api.chat.list.query({});
    expect(chats.map(({ id }) => id)).toEqual([otherId, chatId]);
    expect(chats[1]).toMatchObject({
      lastSeq: 2,
      unread: 0,
      isBlocked: true,
      lastMessage: { text: 'from bob' },
    });
    expect(await textsOf(bob, chatId)).toEqual(['from alice', 'edited unheard', 'unheard']);
  });

  it('may do nothing to the other, and hears why', async () => {
    const { alice, bob, chatId, mine, theirs } = await openPair();
    await alice.api.user.block.mutate({ userId: bob.me.id });
    await alice.api.user.block.mutate({ userId: bob.me.id });
    const { api } = alice;
    const [messageId, clientId, userId] = [theirs.id, randomUUID(), bob.me.id];

    const codes = await Promise.all(
      [
        send(alice, chatId),
        api.message.react.mutate({ messageId, emoji: '👍', on: true }),
        api.message.pin.mutate({ messageId, on: true }),
        api.message.edit.mutate({ messageId: mine.id, text: 'x' }),
        api.message.delete.mutate({ messageId: mine.id, for: 'everyone' }),
        api.message.forward.mutate({ messageId, toChatId: chatId, clientId }),
        api.chat.createGroup.mutate({ name: 'G', memberIds: [userId], clientId }),
      ].map(codeOf),
    );

    expect(new Set(codes)).toEqual(new Set(['FORBIDDEN']));
    const { blocked } = await api.user.blocked.query({});
    expect(blocked.map(({ user }) => user.id)).toEqual([userId]);
    expect((await bob.api.user.blocked.query({})).blocked).toEqual([]);
  });

  it('does not find a chat that the other begins', async () => {
    const names = ['alice', 'bob'].map((name) => `${name}-${randomUUID().slice(0, 8)}`);
    const [alice, bob] = (await Promise.all(names.map((name) => server.signIn(name)))) as [
      TestClient,
      TestClient,
    ];
    await alice.api.user.block.mutate({ userId: bob.me.id });

    const { id } = await bob.api.chat.openDirect.mutate({ userId: alice.me.id });
    await send(bob, id);

    expect((await alice.api.chat.list.query({})).chats).toEqual([]);
    expect((await bob.api.chat.list.query({})).chats).toHaveLength(1);
    await alice.api.user.unblock.mutate({ userId: bob.me.id });
    await send(bob, id, { text: 'heard' });
    expect(await textsOf(alice, id)).toEqual(['heard']);
  });
});

describe('after a block', () => {
  it('what was written meanwhile stays hidden, and what was changed is shown, also to who followed', async () => {
    const { alice, bob, chatId, mine, theirs } = await openPair();
    const followed = await follow(alice, chatId);
    await alice.api.user.block.mutate({ userId: bob.me.id });
    const unheard = await send(bob, chatId, { text: 'unheard' });
    await bob.api.message.edit.mutate({ messageId: theirs.id, text: 'edited' });
    await bob.api.message.react.mutate({ messageId: mine.id, emoji: '👍', on: true });

    await alice.api.user.unblock.mutate({ userId: bob.me.id });
    await send(bob, chatId, { text: 'an answer', replyTo: unheard.id });
    await send(alice, chatId, { text: 'the last' });

    const log = await followed.until('the last');
    const { messages } = await alice.api.message.list.query({ chatId });
    expect(messages.map(({ text }) => text)).toEqual(['from alice', 'edited', 'an answer', 'the last']);
    expect(messages[2]?.replyTo).toBeNull();
    expect(log.messages).toEqual(messages);
    expect(messages[0]?.reactions).toHaveLength(1);
    expect((await alice.api.chat.get.query({ chatId })).unread).toBe(0);
    const bobs = (await bob.api.message.list.query({ chatId })).messages;
    expect(bobs.map(({ text }) => text)).toContain('unheard');
    expect(bobs.find(({ text }) => text === 'an answer')?.replyTo).toMatchObject({ excerpt: 'unheard' });
  });

  it('a deletion of the blocked person was everybody’s at once', async () => {
    const { alice, bob, chatId, theirs } = await openPair();
    await alice.api.user.block.mutate({ userId: bob.me.id });
    await bob.api.message.edit.mutate({ messageId: theirs.id, text: 'edited' });
    await bob.api.message.delete.mutate({ messageId: theirs.id, for: 'everyone' });

    expect(await textsOf(alice, chatId)).toEqual(['from alice', '']);
    const stored = await server.app.db.collection('messages').findOne({ clientId: theirs.clientId });
    expect(JSON.stringify(stored)).not.toMatch(/from bob|edited/);
  });
});

describe('a block', () => {
  it('finds a group that the person brings them into put away and silent, and nobody sees a difference', async () => {
    const { alice, bob, carol } = await openPair();
    await alice.api.user.block.mutate({ userId: bob.me.id });
    const memberIds = [carol.me.id];
    const made = await bob.api.chat.createGroup.mutate({ name: 'G', memberIds, clientId: randomUUID() });

    const added = await bob.api.chat.addMembers.mutate({ chatId: made.id, userIds: [alice.me.id] });

    const seenBy = async ({ api }: TestClient) => api.chat.get.query({ chatId: made.id });
    expect(added).toMatchObject({ memberCount: 3 });
    expect(await seenBy(alice)).toMatchObject({
      archivedAt: expect.any(Date),
      mutedUntil: new Date('9999-01-01T00:00:00Z'),
    });
    expect(await seenBy(carol)).toMatchObject({ memberCount: 3, archivedAt: null, mutedUntil: null });
    await alice.api.chat.leave.mutate({ chatId: made.id });
    await bob.api.chat.setRole.mutate({ chatId: made.id, userId: carol.me.id, role: 'admin' });
    await carol.api.chat.addMembers.mutate({ chatId: made.id, userIds: [alice.me.id] });
    expect(await seenBy(alice)).toMatchObject({ archivedAt: null, mutedUntil: null });
  });

  it('counts nothing of the person in groups', async () => {
    const { alice, bob, carol } = await openPair();
    const { id } = await carol.api.chat.createGroup.mutate({
      ...{ name: 'G', memberIds: [alice.me.id, bob.me.id], clientId: randomUUID() },
    });
    await alice.api.user.block.mutate({ userId: bob.me.id });
    await bob.api.message.send.mutate({
      ...{ chatId: id, text: '@alice', mentions: [alice.me.id], clientId: randomUUID() },
    });
    await send(carol, id);

    const chat = await alice.api.chat.get.query({ chatId: id });
    expect([chat.unread, chat.unreadMentions]).toEqual([1, 0]);
    expect((await alice.api.chat.explainUnread.query({ chatId: id })).messages).toHaveLength(1);
  });

  it('is told to the other devices of whoever made it, also when the process died before all was done', async () => {
    const { alice, bob } = await openPair();
    const watch = (lastEventId?: string) =>
      collect<{ id: string; data: { type: string } }>((on) =>
        alice.api.chat.onChange.subscribe({ lastEventId }, on),
      );
    const [synced] = await watch().until((items) => items.length === 1);
    const dying = { ...server.app, partWays: () => Promise.reject(new Error('died')) };
    await blockUser(dying, alice.me.id, bob.me.id).catch(() => undefined);

    const missed = await watch(synced?.id).until((items) => items.at(-1)?.data.type === 'synced');

    expect(missed.map(({ data }) => data.type)).toContain('blocks');
  });

  it('holds at every process, however many write at the moment it is made', async () => {
    await using other = await startTestServer({ sameDatabaseAs: server });
    const { alice, bob, chatId } = await openPair();
    const elsewhere = await other.signIn(bob.me.name);
    const sends = Array.from({ length: 30 }, (_, index) =>
      send(index % 2 ? bob : elsewhere, chatId, { text: `number ${index}` }),
    );

    await alice.api.user.block.mutate({ userId: bob.me.id });
    const atOnce = await textsOf(alice, chatId);
    await Promise.all(sends);
    await send(elsewhere, chatId, { text: 'afterwards' });

    expect(await textsOf(alice, chatId)).toEqual(atOnce);
    const all = await textsOf(bob, chatId);
    expect(all).toHaveLength(33);
    expect(all.slice(0, atOnce.length)).toEqual(atOnce);
  });

  it.runIf(hasRedis)('holds at another process for the very next message, and so does its end', async () => {
    const env = { REDIS_URL: inject('redisUrl') };
    await using one = await startTestServer({ env, isAlone: true, sameDatabaseAs: server });
    await using other = await startTestServer({ env, isAlone: true, sameDatabaseAs: server });
    const { alice, bob, chatId } = await openPair();
    const [here, elsewhere] = [await one.signIn(alice.me.name), await other.signIn(alice.me.name)];
    const userId = bob.me.id;

    for (let round = 0; round < 5; round += 1) {
      expect(await codeOf(send(elsewhere, chatId))).toBe('OK');
      await here.api.user.block.mutate({ userId });
      expect(await codeOf(send(elsewhere, chatId))).toBe('FORBIDDEN');
      await here.api.user.unblock.mutate({ userId });
    }
  });
});
