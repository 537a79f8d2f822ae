import { limits, type UserId } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../platform/logger.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { openRedis } from '../testing/open-redis.ts';
import { hasRedis } from '../testing/with-redis.ts';
import { MemoryBroker } from './broker.memory.ts';
import { describePresenceStore } from './presence-store.contract.ts';
import { RedisPresenceStore, type RedisOfPresence } from './presence-store.redis.ts';
import { topics } from './topics.ts';

type OnNodeGone = NonNullable<ConstructorParameters<typeof RedisPresenceStore>[0]['onNodeGone']>;

const alice = 'a'.repeat(24) as UserId;
const bob = 'b'.repeat(24) as UserId;
const log = createLogger('silent');

describe.runIf(hasRedis)('presence on several processes', () => {
  describePresenceStore('RedisPresenceStore', async (deps) => {
    return new RedisPresenceStore({ ...deps, redis: await openRedis(), log });
  });

  const setUp = async () => {
    const [namespace, broker, clock] = [randomUUID(), new MemoryBroker(), new ManualClock()];
    const events: string[] = [];
    const gone: { by: string; hasDied: boolean }[] = [];
    await broker.subscribe(topics.presence(), ({ type, userIds }) => {
      if (userIds.includes(alice)) events.push(type);
    });
    const open = async (nodeTtlMs = 60_000, between = (redis: RedisOfPresence) => redis) => {
      const redis = await openRedis(namespace);
      const noteLastSeen = () => undefined;
      const onNodeGone: OnNodeGone = ({ hasDied }) => gone.push({ by: redis.nodeId, hasDied });
      const deps = { redis: between(redis), broker, clock, log, noteLastSeen, onNodeGone };
      const store = new RedisPresenceStore({ ...deps, nodeTtlMs });
      onTestFinished(() => store.close());
      return { store, redis };
    };
    return { open, clock, events, gone };
  };

  test('a person on two of them is one person, wherever one asks', async () => {
    const { open, clock, events } = await setUp();
    const [one, other] = [await open(), await open()];
    one.store.connect(alice, 'phone');
    await expect.poll(() => other.store.findOnline([alice])).toEqual([alice]);
    // Bob is told of with her laptop: when he is known, so is that.
    other.store.connect(alice, 'laptop');
    other.store.connect(bob, 'laptop');
    await expect.poll(() => one.store.findOnline([bob])).toEqual([bob]);

    one.store.disconnect(alice, 'phone');
    clock.advance(limits.offlineGraceMs);
    await expect.poll(() => one.store.findOnline([alice])).toEqual([alice]);
    other.store.disconnect(alice, 'laptop');
    clock.advance(limits.offlineGraceMs);

    await expect.poll(() => events).toEqual(['online', 'offline']);
  });

  test('the people of one that died go when its time is over, and are announced once, as its death is', async () => {
    const { open, events, gone } = await setUp();
    // They say every 2 s that they live, and on a busy machine are late.
    const [dead, one, other] = [await open(6_000), await open(6_000), await open(6_000)];
    dead.store.connect(alice, 'phone');
    await expect.poll(() => events).toEqual(['online']);

    await dead.redis.close();
    const { redis } = one;
    const longAgo = "redis.call('zadd', KEYS[1], 1, ARGV[1])";
    const silence = (nodeId: string) => redis.eval(longAgo, [redis.name('{presence}:nodes')], [nodeId]);
    await silence(dead.redis.nodeId);

    await expect.poll(() => events).toEqual(['online', 'offline']);
    await expect.poll(() => gone).toMatchObject([{ hasDied: true }]);
    expect(gone[0]?.by).not.toBe(dead.redis.nodeId);
    await other.store.close();
    await silence(other.redis.nodeId);
    await expect.poll(() => gone).toMatchObject([{ hasDied: true }, { by: redis.nodeId, hasDied: false }]);
    for (const { store } of [one, other]) expect(await store.findOnline([alice])).toEqual([]);
  });

  test('whoever goes while Redis is away is gone for all when it is back', async () => {
    const { open, events } = await setUp();
    const line = { isCut: false, mend: () => undefined as unknown };
    const [one, other] = [await open(60_000, (redis) => cutting(redis, line)), await open()];
    one.store.connect(alice, 'phone');
    one.store.connect(bob, 'phone');
    await expect.poll(() => other.store.findOnline([alice, bob])).toEqual([alice, bob]);

    line.isCut = true;
    one.store.forget(alice);
    await expect.poll(() => events).toEqual(['online', 'offline']);
    line.isCut = false;
    line.mend();

    await expect.poll(() => other.store.findOnline([alice, bob])).toEqual([bob]);
    expect(await one.store.findOnline([alice, bob])).toEqual([bob]);
  });

  test('whoever goes and comes back among thousands who come is there', async () => {
    const { open } = await setUp();
    const [one, other] = [await open(), await open()];
    one.store.connect(alice, 'phone');
    await expect.poll(() => other.store.findOnline([alice])).toEqual([alice]);
    const others = Array.from({ length: 2_500 }, (_, i) => i.toString(16).padStart(24, '0') as UserId);

    for (const [i, userId] of others.entries()) {
      one.store.connect(userId, 'phone');
      if (i === 500) one.store.forget(alice);
      if (i === 1_500) one.store.connect(alice, 'laptop');
    }

    await expect.poll(() => other.store.findOnline(others.slice(-1))).toHaveLength(1);
    expect(await other.store.findOnline([alice])).toEqual([alice]);
  });
});

/** The same connection to Redis, but for scripts while it is cut. */
function cutting(redis: RedisOfPresence, line: { isCut: boolean; mend: () => unknown }): RedisOfPresence {
  return {
    nodeId: redis.nodeId,
    name: (key) => redis.name(key),
    onBack: (listener) => {
      line.mend = listener;
    },
    eval: (...args) => (line.isCut ? Promise.reject(new Error('Redis is away')) : redis.eval(...args)),
  };
}
