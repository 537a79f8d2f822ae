import { randomUUID } from 'node:crypto';
import { Types } from 'mongoose';
import { describe, expect, inject, it } from 'vitest';
import {
  collect,
  ManualClock,
  openChat,
  startTestServer,
  TestClient,
  type TestServer,
} from '../../testing/index.ts';
import { hasRedis } from '../../testing/with-redis.ts';

type Input = { chatId?: string; lastEventId?: string };

const watch = (person: TestClient, input: Input = {}) =>
  collect<{ id: string; data: { type: string; rev?: number } }>((on) =>
    person.api.message.onEvent.subscribe(input, on),
  );

const send = (person: TestClient, chatId: string, text = 'hello') =>
  person.api.message.send.mutate({ chatId, text, clientId: randomUUID() });

type Stored = {
  readonly chatId: string;
  readonly senderId: string;
  readonly count: number;
  /** How many there are already. */
  readonly after?: number;
  readonly at?: number;
};

/** Messages that were there before the server looked. */
async function storeMessages({ app }: TestServer, stored: Stored): Promise<void> {
  const { chatId, senderId, count, after = 0, at = Date.now() - 30_000 } = stored;
  const [chat, sender, now] = [new Types.ObjectId(chatId), new Types.ObjectId(senderId), new Date(at)];
  const docs = Array.from({ length: count }, (_, index) => {
    const [seq, clientId] = [after + index + 1, randomUUID()];
    const times = { changedAt: now, createdAt: now, updatedAt: now };
    return { chat, sender, text: 'hello', seq, rev: seq, clientId, ...times };
  });
  await app.db.collection('messages').insertMany(docs);
}

const typesOf = (items: readonly { data: { type: string; rev?: number } }[]) =>
  items.map(({ data }) => (data.rev === undefined ? data.type : `${data.type} ${data.rev}`));

describe('message.onEvent', () => {
  it('delivers a message to every open tab of both people', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server, 'alice', 'bob');
    const tabs = [alice, await server.signIn('alice'), bob].flatMap((person) => [
      watch(person),
      watch(person, { chatId: chat.id }),
    ]);
    await Promise.all(tabs.map((tab) => tab.until((items) => items.length === 1)));

    const message = await send(alice, chat.id);

    for (const tab of tabs) {
      const items = await tab.until((seen) => seen.length === 2);
      expect(items[1]?.data).toEqual({ type: 'created', chatId: chat.id, rev: 1, prevRev: 0, message });
    }
  });

  it('resumes one chat exactly after the last event', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server, 'alice', 'bob');
    for (let count = 0; count < 120; count += 1) await send(alice, chat.id);

    const resumed = watch(alice, { chatId: chat.id, lastEventId: `${chat.id}:17` });
    await resumed.until((items) => items.at(-1)?.data.type === 'synced');
    await send(alice, chat.id);
    const items = await resumed.until((seen) => seen.at(-1)?.data.rev === 121);

    const revs = Array.from({ length: 103 }, (_, index) => `created ${index + 18}`);
    expect(typesOf(items)).toEqual([...revs, 'synced', 'created 121']);
    expect(items[0]?.id).toBe(`${chat.id}:18`);
  });

  it('says created of what the reader has not seen, also when it was changed after others came', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server, 'alice', 'bob');
    const seen = await send(alice, chat.id);
    const changed = await send(alice, chat.id);
    await send(alice, chat.id);
    for (const { id } of [seen, changed]) {
      await alice.api.message.react.mutate({ messageId: id, emoji: '👍', on: true });
    }

    const resumed = watch(alice, { chatId: chat.id, lastEventId: `${chat.id}:1` });
    const items = await resumed.until((all) => all.at(-1)?.data.type === 'synced');

    expect(typesOf(items)).toEqual(['created 3', 'updated 4', 'created 5', 'synced']);
  });

  it('resumes all chats from a moment and loses nothing', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server, 'alice', 'bob');
    const other = await openChat(server, 'carol', 'alice');
    const before = watch(alice);
    const [synced] = await before.until((items) => items.length === 1);
    before.stop();
    await send(bob, chat.id);
    await send(other.carol, other.chat.id);
    await send(bob, chat.id);

    const after = watch(alice, { lastEventId: synced?.id ?? '' });
    const items = await after.until((seen) => seen.at(-1)?.data.type === 'synced');

    expect(typesOf(items).sort()).toEqual(['created 1', 'created 1', 'created 2', 'synced']);
  });

  it.each(['nonsense', 't:1', '99:99', 't:99999999999999', ''])(
    'says reset, once, to a cursor that is too old or not ours (%s)',
    async (lastEventId) => {
      await using server = await startTestServer();
      const { alice, chat } = await openChat(server, 'alice', 'bob');
      await send(alice, chat.id);

      for (const input of [{ lastEventId }, { chatId: chat.id, lastEventId }]) {
        const events = watch(alice, input);
        const [first] = await events.until((items) => items.length === 1);
        await send(alice, chat.id);
        const items = await events.until((seen) => seen.length === 2);
        expect(first?.data).toEqual({ type: 'reset' });
        expect(items[1]?.data.type).toBe('created');
      }
    },
  );

  it('loses nothing although the clock was set back', async () => {
    const clock = new ManualClock();
    await using server = await startTestServer({ clock, isAlone: true });
    const { alice, bob, chat } = await openChat(server, 'alice', 'bob');
    const before = watch(alice);
    const [synced] = await before.until((items) => items.length === 1);
    before.stop();
    clock.advance(-25_000);
    await send(bob, chat.id);
    clock.advance(25_000);

    const after = watch(alice, { lastEventId: synced?.id ?? '' });

    const items = await after.until((seen) => seen.at(-1)?.data.type === 'synced');
    expect(typesOf(items)).toEqual(['created 1', 'synced']);
  });

  it('goes on live after a reset, also in the chat that had too much to replay', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server, 'alice', 'bob');
    await storeMessages(server, { chatId: chat.id, senderId: bob.me.id, count: 6_000 });
    const events = watch(alice, { lastEventId: `t:${Date.now() - 60_000}` });
    await events.until((items) => items.at(-1)?.data.type === 'reset');
    const replayedCount = events.items.length;

    for (let count = 0; count < 3; count += 1) await send(bob, chat.id);

    const items = await events.until((all) => all.at(-1)?.data.rev === 6_003);
    expect(typesOf(items.slice(replayedCount))).toEqual(['created 6001', 'created 6002', 'created 6003']);
  });

  it.runIf(hasRedis)('shows what a process stored that died before it said so', async () => {
    const clock = new ManualClock();
    const env = { REDIS_URL: inject('redisUrl') };
    await using dead = await startTestServer({ clock, env, isAlone: true });
    await using server = await startTestServer({ clock, env, isAlone: true, sameDatabaseAs: dead });
    const { alice, bob, chat } = await openChat(dead, 'alice', 'bob');
    await send(bob, chat.id);
    const awayAt = clock.now() + 24_000;
    clock.advance(25_000);
    await storeMessages(dead, { chatId: chat.id, senderId: bob.me.id, count: 1, after: 1, at: clock.now() });

    const { token } = alice;
    const elsewhere = await TestClient.open(server.url, token);
    const items = await watch(elsewhere, { lastEventId: `t:${awayAt}` }).until(
      (seen) => seen.at(-1)?.data.type === 'synced',
    );

    expect(typesOf(items)).toEqual(['created 2', 'synced']);
    await elsewhere.close();
  });

  it('shows the change of an old message that a process stored which died right after', async () => {
    const clock = new ManualClock();
    await using dead = await startTestServer({ clock, isAlone: true });
    const { alice, bob, chat } = await openChat(dead, 'alice', 'bob');
    const { id: messageId } = await send(alice, chat.id);
    await send(alice, chat.id);
    await watch(bob).until((items) => items.length === 1);
    clock.advance(40_000);
    const before = watch(bob);
    const [synced] = await before.until((items) => items.length === 1);
    before.stop();
    clock.advance(25_000);
    // What is written behind the change waits for the clock, which stands still until the process is dead.
    await alice.api.message.edit.mutate({ messageId, text: 'edited' });
    await using server = await startTestServer({ clock, isAlone: true, sameDatabaseAs: dead });

    const after = watch(await server.signIn('bob'), { lastEventId: synced?.id ?? '' });

    const items = await after.until((seen) => seen.at(-1)?.data.type === 'synced');
    expect(typesOf(items)).toEqual(['updated 3', 'synced']);
  });

  it('says reset to a position the chat has not reached', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server, 'alice', 'bob');

    const events = watch(alice, { chatId: chat.id, lastEventId: `${chat.id}:5` });

    expect(typesOf(await events.until((items) => items.length === 1))).toEqual(['reset']);
  });

  it('leaves nothing behind when its subscribers go', async () => {
    await using server = await startTestServer({ isAlone: true });
    const { alice, chat } = await openChat(server, 'alice', 'bob');
    const before = server.app.broker.size;
    const watches = Array.from({ length: 20 }, () => watch(alice, { chatId: chat.id }));
    await Promise.all(watches.map((events) => events.until((items) => items.length === 1)));
    // Each hears of the chat, and of what of it is not to be shown to her any more.
    expect(server.app.broker.size).toBe(before + 40);

    for (const events of watches) events.stop();
    await alice.close();

    await expect.poll(() => server.app.broker.size).toBe(before);
  });
});

describe('message.onNew', () => {
  it('delivers new messages alone', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server, 'alice', 'bob');
    const events = collect<{ data: unknown }>((on) =>
      bob.api.message.onNew.subscribe({ lastEventId: `t:${Date.now()}` }, on),
    );

    const message = await send(alice, chat.id);

    const [first] = await events.until((items) => items.length === 1);
    expect(first?.data).toEqual({ type: 'created', chatId: chat.id, rev: 1, prevRev: 0, message });
  });
});
