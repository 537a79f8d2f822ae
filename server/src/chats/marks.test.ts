import { marksOf, type ChatEvent } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import {
  collect,
  ManualClock,
  openChat,
  openGroup,
  startTestServer,
  type TestClient,
  type TestServer,
} from '../testing/index.ts';
import { chatModel } from './chat.model.ts';
import { memberModel } from './member.model.ts';

type Tracked = { readonly id: string; readonly data: ChatEvent };

const send = (person: TestClient, chatId: string) =>
  person.api.message.send.mutate({ chatId, text: 'hello', clientId: randomUUID() });

const watch = (person: TestClient, lastEventId?: string) =>
  collect<Tracked>((on) => person.api.chat.onChange.subscribe({ ...(lastEventId && { lastEventId }) }, on));

describe('the marks of a chat', () => {
  it('reach the other person and the other devices of the same one, and only go forward', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);
    const [alices, bobs] = [watch(alice), watch(bob)];
    for (const events of [alices, bobs]) await events.until((items) => items.length === 1);
    for (let sent = 0; sent < 3; sent += 1) await send(alice, chat.id);

    await bob.api.chat.markDelivered.mutate({ chatId: chat.id, seq: 3 });
    await bob.api.chat.markRead.mutate({ chatId: chat.id, seq: 2 });
    await bob.api.chat.markRead.mutate({ chatId: chat.id, seq: 1 });
    await bob.api.chat.markDelivered.mutate({ chatId: chat.id, seq: 2 });

    const marks = { type: 'marks', chatId: chat.id, userId: bob.me.id, deliveredSeq: 3 };
    for (const events of [alices, bobs]) {
      const items = await events.until((seen) => seen.length === 3);
      expect(items.map(({ data }) => data)).toEqual([
        { type: 'synced' },
        { ...marks, readSeq: 0 },
        { ...marks, readSeq: 2 },
      ]);
    }
    expect(await alice.api.chat.get.query({ chatId: chat.id })).toMatchObject({
      lastSeq: 3,
      readSeq: 3,
      theirReadSeq: 2,
      theirDeliveredSeq: 3,
      unread: 0,
    });
    expect(await bob.api.chat.get.query({ chatId: chat.id })).toMatchObject({ readSeq: 2, unread: 1 });
  });

  it('are heard of after a lost connection, and a foreign cursor is told to fetch again', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);
    const before = watch(alice);
    const [synced] = await before.until((items) => items.length === 1);
    before.stop();
    await send(alice, chat.id);
    await bob.api.chat.markRead.mutate({ chatId: chat.id, seq: 1 });

    const resumed = watch(alice, synced?.id ?? '');
    const foreign = watch(alice, 't:1');

    const items = await resumed.until((seen) => seen.at(-1)?.data.type === 'synced');
    expect(items.map(({ data }) => data)).toContainEqual({
      type: 'marks',
      chatId: chat.id,
      userId: bob.me.id,
      readSeq: 1,
      deliveredSeq: 1,
    });
    expect((await foreign.until((seen) => seen.length === 1))[0]?.data).toEqual({ type: 'reset' });
  });
});

const markOf = (person: TestClient, deliveredSeq: number) => ({
  ...{ userId: person.me.id, readSeq: 2 },
  deliveredSeq,
});

describe('a mark that moves while somebody comes into the group', () => {
  it('is heard of by them, who found it as it was before', async () => {
    await using server = await startTestServer({ isAlone: true });
    const { people, chat } = await openGroup(server, 'alice', 'bob');
    const [alice, bob] = people as [TestClient, TestClient];
    const carol = await server.signIn('carol');
    const chatId = chat.id;
    const carols = watch(carol);
    await carols.until((items) => items.length === 1);
    await send(alice, chatId);
    const { collection } = memberModel(server.app.db);
    const write = collection.findOneAndUpdate.bind(collection);
    vi.spyOn(collection, 'findOneAndUpdate').mockImplementationOnce(async (filter, update, options = {}) => {
      await alice.api.chat.addMembers.mutate({ chatId, userIds: [carol.me.id] });
      expect(marksOf(await carol.api.chat.get.query({ chatId }))).toContainEqual(markOf(bob, 2));
      return write(filter, update, options);
    });

    await bob.api.chat.markDelivered.mutate({ chatId, seq: 3 });

    const isTold = ({ data }: Tracked) => data.type === 'marks' && data.userId === bob.me.id;
    const told = await carols.until((items) => items.some(isTold));
    expect(told.find(isTold)?.data).toMatchObject(markOf(bob, 3));
  });
});

/** The process dies after so many writes to chats and what they are to people. */
function dieAfter({ app }: TestServer, count: number): void {
  let left = count;
  for (const { collection } of [memberModel(app.db), chatModel(app.db)]) {
    for (const name of ['updateOne', 'findOneAndUpdate'] as const) {
      const write = collection[name].bind(collection) as (...args: unknown[]) => Promise<never>;
      vi.spyOn(collection, name).mockImplementation((...args: unknown[]) => {
        left -= 1;
        return left < 0 ? Promise.reject(new Error('died')) : write(...args);
      });
    }
  }
}

describe('a mark whose process died while it moved', () => {
  it.each([1, 2])('is, after %d of its writes, what whoever was away is told', async (count) => {
    const clock = new ManualClock();
    await using server = await startTestServer({ clock, isAlone: true });
    const { alice, bob, chat } = await openChat(server);
    await send(alice, chat.id);
    const before = watch(alice);
    const [synced] = await before.until((items) => items.length === 1);
    before.stop();
    clock.advance(40_000);
    dieAfter(server, count);
    await bob.api.chat.markRead.mutate({ chatId: chat.id, seq: 1 }).catch(() => undefined);

    const items = await watch(alice, synced?.id).until((seen) => seen.at(-1)?.data.type === 'synced');

    const held = items.findLast(({ data }) => data.type === 'marks' && data.userId === bob.me.id)?.data;
    const fetched = await alice.api.chat.get.query({ chatId: chat.id });
    const readSeq = held && 'readSeq' in held ? held.readSeq : 0;
    expect(fetched).toMatchObject({ theirReadSeq: readSeq });
  });
});

describe('what is unread', () => {
  it('counts what others wrote after my mark, and not what they deleted', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);
    const unread = async () => (await bob.api.chat.get.query({ chatId: chat.id })).unread;
    const sent = [await send(alice, chat.id), await send(alice, chat.id), await send(alice, chat.id)];

    expect(await unread()).toBe(3);
    await alice.api.message.delete.mutate({ messageId: sent[1]?.id ?? '', for: 'everyone' });
    expect(await unread()).toBe(2);
    expect(await bob.api.chat.markRead.mutate({ chatId: chat.id, seq: 1 })).toEqual({
      unread: 1,
      unreadMentions: 0,
    });
    await send(bob, chat.id);
    expect(await unread()).toBe(0);
  });
});

it('counts as unread what it names as the newest, also while somebody writes', async () => {
  await using server = await startTestServer();
  const { alice, bob, chat } = await openChat(server);
  let isWriting = true;
  const written = Promise.all(Array.from({ length: 60 }, () => send(alice, chat.id)));
  void written.finally(() => {
    isWriting = false;
  });

  const answers = [];
  while (isWriting) answers.push(await bob.api.chat.get.query({ chatId: chat.id }));

  expect(answers.map(({ unread }) => unread)).toEqual(answers.map(({ lastSeq }) => lastSeq));
  await written;
});
