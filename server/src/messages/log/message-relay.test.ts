import { randomUUID } from 'node:crypto';
import type { ChatId, LogEvent, Message, MessageEvent, UserId } from '@whisper/shared';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { MemoryBroker } from '../../delivery/broker.memory.ts';
import { topics } from '../../delivery/topics.ts';
import { createLogger } from '../../platform/logger.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { collect, openChat, RedisServer, startTestServer, type TestServer } from '../../testing/index.ts';
import { hasRedis } from '../../testing/with-redis.ts';
import { publishEvent } from './message-events.ts';
import { MessageRelay } from './message-relay.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ isAlone: true });
});
afterAll(() => server[Symbol.asyncDispose]());

/** A chat with messages in the database, and a relay on a bus of the test's own that heard of none of them. */
async function setUp() {
  const suffix = randomUUID().slice(0, 8);
  const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => server.signIn(`${name} ${suffix}`)));
  if (!alice || !bob) throw new Error('Two people sign in');
  const chat = await alice.api.chat.openDirect.mutate({ userId: bob.me.id });
  const [bus, clock] = [new MemoryBroker(), new ManualClock()];
  const relay = new MessageRelay({
    ...server.app,
    clock,
    log: createLogger('silent'),
    bus,
  });
  onTestFinished(() => relay.close());
  const heard: number[] = [];
  const listen = (item: FeedItem<MessageEvent>) => {
    if ('rev' in item.data) heard.push(item.data.rev);
  };
  const people: UserId[] = [alice.me.id, bob.me.id];
  const send = () => alice.api.message.send.mutate({ chatId: chat.id, text: 'hi', clientId: randomUUID() });
  const tell = (message: Message) =>
    publishEvent(bus, toEvent(message), { participants: people, isLarge: false });
  return { alice, bob, chat, bus, clock, relay, heard, listen, send, tell };
}

const toEvent = (message: Message): LogEvent => {
  const { chatId, rev } = message;
  return { type: 'created', chatId, rev, prevRev: rev - 1, message };
};

describe('what other processes write', () => {
  it('is heard in the order of the log and once, however it comes', async () => {
    const { chat, relay, heard, listen, send, tell, clock } = await setUp();
    const messages = [await send(), await send(), await send(), await send()];
    await relay.subscribe(topics.messagesOfChat(chat.id), listen);
    const [one, two, three, four] = messages as [Message, Message, Message, Message];

    for (const message of [one, three, three, two, one, four]) tell(message);
    clock.advance(100);

    await expect.poll(() => heard).toEqual([1, 2, 3, 4]);
    expect(relay.stats.gaps).toBe(0);
  });

  it('is read once for all who listen when something is missing, on every topic they listen to', async () => {
    const { alice, bob, chat, relay, heard, listen, send, tell, clock } = await setUp();
    const one = await send();
    for (const topic of [
      topics.messagesOfChat(chat.id),
      topics.messagesOfUser(alice.me.id),
      topics.messagesOfUser(bob.me.id),
    ]) {
      await relay.subscribe(topic, listen);
      await relay.subscribe(topic, listen);
    }
    tell(one);
    await send();
    const three = await send();

    tell(three);
    clock.advance(100);

    await expect.poll(() => heard.length).toBe(3 * 6);
    expect(heard).toEqual([1, 2, 3].flatMap((rev) => Array.from({ length: 6 }, () => rev)));
    expect(relay.stats).toMatchObject({ gaps: 1, repaired: 2 });
  });

  it('is found although nobody announced it: the last message of a quiet chat, and the first of a new one', async () => {
    const { alice, chat, relay, heard, listen, send, tell, clock } = await setUp();
    await relay.subscribe(topics.messagesOfChat(chat.id), listen);
    await relay.subscribe(topics.messagesOfUser(alice.me.id), listen);
    tell(await send());
    await send();
    await expect.poll(() => heard).toEqual([1, 1]);
    // Reading the list waits until the chat says that it changed.
    await alice.api.chat.list.query({});

    clock.advance(5_000);

    await expect.poll(() => heard).toEqual([1, 1, 2, 2]);
  });

  it('is for each reader to see of a message that was new a moment ago and changed: some know it', async () => {
    const { alice, chat, relay, heard, listen, send, tell, clock } = await setUp();
    const { id: messageId } = await send();
    await send();
    const changed = await alice.api.message.edit.mutate({ messageId, text: 'edited' });
    let missed = 0;
    await relay.subscribe(topics.messagesOfChat(chat.id), listen, () => {
      missed += 1;
    });

    tell(changed);
    clock.advance(100);

    await expect.poll(() => missed).toBe(1);
    tell(await send());
    await expect.poll(() => heard).toEqual([4]);
  });

  it('costs nothing where nobody follows the chat', async () => {
    const { relay, bus, send, tell, heard, chat, listen } = await setUp();
    const stop = await relay.subscribe(topics.messagesOfChat(chat.id), listen);
    stop();

    await expect.poll(() => bus.size).toBe(0);
    tell(await send());

    expect([heard, relay.stats]).toEqual([[], { gaps: 0, repaired: 0, catchUps: 0 }]);
  });
});

describe.runIf(hasRedis)('on two nodes', () => {
  const watch = (person: Awaited<ReturnType<TestServer['signIn']>>, chatId?: ChatId) =>
    collect<{ data: { type: string; rev?: number } }>((on) =>
      person.api.message.onEvent.subscribe(chatId ? { chatId } : {}, on),
    );
  const revsOf = (items: readonly { data: { rev?: number } }[]) =>
    items.flatMap(({ data }) => data.rev ?? []);

  it('both write one chat, and every reader on either sees it once and in order', async () => {
    const env = { REDIS_URL: inject('redisUrl') };
    await using one = await startTestServer({ env, isAlone: true });
    await using other = await startTestServer({ env, isAlone: true, sameDatabaseAs: one });
    const { alice, chat } = await openChat(one, 'alice', 'bob');
    const bob = await other.signIn('bob');
    const watches = [watch(alice, chat.id), watch(bob, chat.id), watch(alice), watch(bob)];
    await Promise.all(watches.map((events) => events.until((items) => items.length === 1)));

    const clients = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? alice : bob));
    const sent = await Promise.all(
      clients.map((person) =>
        person.api.message.send.mutate({ chatId: chat.id, text: 'hi', clientId: randomUUID() }),
      ),
    );

    const expected = clients.map((_, index) => index + 1);
    for (const events of watches) {
      expect(revsOf(await events.until((items) => revsOf(items).length >= 60))).toEqual(expected);
    }
    expect(sent.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(expected);
  });

  it('one gives no place twice while the other writes and both change the same message', async () => {
    const env = { REDIS_URL: inject('redisUrl') };
    await using one = await startTestServer({ env, isAlone: true });
    await using other = await startTestServer({ env, isAlone: true, sameDatabaseAs: one });
    const { alice, chat } = await openChat(one, 'alice', 'bob');
    const bob = await other.signIn('bob');
    const places: number[] = [];

    for (let round = 0; round < 12; round += 1) {
      const send = (person: typeof bob) =>
        person.api.message.send.mutate({ chatId: chat.id, text: 'hi', clientId: randomUUID() });
      const { id: messageId, seq } = await send(alice);
      const react = (person: typeof bob) =>
        person.api.message.react.mutate({ messageId, emoji: '👍', on: true });
      await react(bob);
      const sent = await Promise.all([
        react(bob),
        send(bob),
        react(bob),
        send(alice),
        react(alice),
        send(bob),
      ]);
      places.push(seq, ...sent.flatMap((message) => (message.id === messageId ? [] : message.seq)));
    }

    expect(places.sort((a, b) => a - b)).toEqual(places.map((_, index) => index + 1));
  });

  it('people talk on while Redis is away, and all see everything when it is back', async () => {
    await using redis = await RedisServer.start();
    const env = { REDIS_URL: redis.url };
    await using one = await startTestServer({ env, isAlone: true });
    await using other = await startTestServer({ env, isAlone: true, sameDatabaseAs: one });
    const { alice, chat } = await openChat(one, 'alice', 'bob');
    const bob = await other.signIn('bob');
    const watches = [watch(alice, chat.id), watch(bob, chat.id), watch(alice), watch(bob)];
    await Promise.all(watches.map((events) => events.until((items) => items.length === 1)));

    await redis.kill();
    for (const person of [alice, bob, alice, bob, alice]) {
      await person.api.message.send.mutate({ chatId: chat.id, text: 'hi', clientId: randomUUID() });
    }
    await watches[0]?.until((items) => revsOf(items).includes(5));
    await redis.start();

    for (const events of watches) {
      expect(revsOf(await events.until((items) => revsOf(items).length >= 5))).toEqual([1, 2, 3, 4, 5]);
    }
  });
});
