import { limits, type UserId } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../platform/logger.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { openRedis } from '../testing/open-redis.ts';
import { hasRedis } from '../testing/with-redis.ts';
import { MemoryBroker } from './broker.memory.ts';
import { describePresenceStore } from './presence-store.contract.ts';
import { RedisPresenceStore } from './presence-store.redis.ts';
import { topics } from './topics.ts';

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
    const gone: string[] = [];
    await broker.subscribe(topics.presence(), ({ type, userIds }) => {
      if (userIds.includes(alice)) events.push(type);
    });
    const open = async (nodeTtlMs = 60_000) => {
      const redis = await openRedis(namespace);
      const noteLastSeen = () => undefined;
      const onNodeGone = () => gone.push(redis.nodeId);
      const deps = { redis, broker, clock, log, noteLastSeen, onNodeGone };
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

    await dead.store.close();
    await dead.redis.close();
    const { redis } = one;
    const longAgo = "redis.call('zadd', KEYS[1], 1, ARGV[1])";
    await redis.eval(longAgo, [redis.name('{presence}:nodes')], [dead.redis.nodeId]);

    await expect.poll(() => events).toEqual(['online', 'offline']);
    await expect.poll(() => gone).toHaveLength(1);
    expect(gone).not.toContain(dead.redis.nodeId);
    for (const { store } of [one, other]) expect(await store.findOnline([alice])).toEqual([]);
  });
});
