import { transformer, type UserId } from '@whisper/shared';
import { EventTexts } from '@whisper/trpc-socket';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeBroker } from '../src/delivery/broker.contract.ts';
import { RedisBroker } from '../src/delivery/broker.redis.ts';
import type { Topic } from '../src/delivery/broker.ts';
import { describePresenceStore } from '../src/delivery/presence-store.contract.ts';
import { RedisPresenceStore } from '../src/delivery/presence-store.redis.ts';
import { createLogger } from '../src/platform/logger.ts';
import { Metrics } from '../src/platform/metrics.ts';
import { createRateLimits } from '../src/platform/rate-limits.ts';
import { ManualClock } from '../src/testing/manual-clock.ts';
import { openRedis } from '../src/testing/open-redis.ts';
import { startCluster, startSentinel, type ManyRedis } from '../src/testing/redis-kinds.ts';
import { hasRedis } from '../src/testing/with-redis.ts';
import { RedisSessionShelf } from '../src/wires/socketio/session-shelf.redis.ts';

const log = createLogger('silent');
const alice = 'a'.repeat(24) as UserId;

async function openBroker(url: string, namespace?: string) {
  const redis = await openRedis(namespace, url);
  const texts = new EventTexts((value) => transformer.serialize(value));
  const broker = new RedisBroker({ redis, texts, log });
  onTestFinished(() => broker.close());
  return { broker, redis };
}

/** Two processes, and what the one hears of what the other publishes on topics that lie all over a cluster. */
async function openTwo(url: string) {
  const namespace = randomUUID();
  const [here, there] = [await openBroker(url, namespace), await openBroker(url, namespace)];
  const topics = Array.from({ length: 40 }, (_, index): Topic<number> => ({ name: `topic ${index}` }));
  const heard = new Set<string>();
  for (const topic of topics)
    await there.broker.subscribe(topic, (event) => heard.add(`${topic.name} ${event}`));
  const say = (event: number) => {
    for (const topic of topics) here.broker.publish(topic, event);
  };
  const hears = (event: number) => topics.every(({ name }) => heard.has(`${name} ${event}`));
  return { here, there, say, hears };
}

describe.runIf(hasRedis)('on a cluster, whose keys and channels lie in several places', () => {
  let cluster: ManyRedis;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  describeBroker('a broker', async () => (await openBroker(cluster.url)).broker);

  describePresenceStore('presence', async (deps) => {
    return new RedisPresenceStore({ ...deps, redis: await openRedis(undefined, cluster.url), log });
  });

  it('a process hears what another one says, on every topic', async () => {
    const { say, hears } = await openTwo(cluster.url);
    say(1);
    await expect.poll(() => hears(1)).toBe(true);
  });

  it('processes have one budget, and find each other’s sessions of old clients', async () => {
    const namespace = randomUUID();
    const [one, other] = [await openRedis(namespace, cluster.url), await openRedis(namespace, cluster.url)];
    const budget = 'chat.openDirect';
    await createRateLimits(new Metrics(), one).spend({ budget, points: 100 }, 'alice');
    const spending = createRateLimits(new Metrics(), other).spend({ budget, points: 1 }, 'alice');
    await expect(spending).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });

    const clock = new ManualClock();
    const kept = { userId: alice, startedAt: 5 };
    await new RedisSessionShelf({ redis: one, clock }).put('pid', kept, 60_000);
    expect(await new RedisSessionShelf({ redis: other, clock }).get('pid')).toEqual(kept);
  });
});

describe.runIf(hasRedis)('with sentinels', () => {
  it('processes meet again when the master dies and its replica takes its place', async () => {
    await using many = await startSentinel();
    const { here, there, say, hears } = await openTwo(many.url);
    say(1);
    await expect.poll(() => hears(1)).toBe(true);

    const wentAway = [here, there].map(({ redis }) => new Promise<void>((resolve) => redis.onAway(resolve)));
    await many.master.kill();
    await Promise.all(wentAway);

    const isHeard = () => {
      say(2);
      return hears(2);
    };
    await expect.poll(isHeard, { timeout: 30_000 }).toBe(true);
  });
});
