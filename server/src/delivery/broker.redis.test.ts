import { transformer } from '@whisper/shared';
import { EventTexts } from '@whisper/trpc-socket';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createLogger } from '../platform/logger.ts';
import { openRedis } from '../testing/open-redis.ts';
import { RedisServer } from '../nodes/redis-server.ts';
import { hasRedis } from '../testing/with-redis.ts';
import { describeBroker } from './broker.contract.ts';
import { RedisBroker } from './broker.redis.ts';
import type { Topic } from './broker.ts';

const numbers: Topic<number> = { name: 'numbers' };
const items: Topic<FeedItem<{ at: Date }>> = { name: 'items' };

async function openNode(namespace?: string, url?: string) {
  const redis = await openRedis(namespace, url);
  const serialize = vi.fn((value: unknown) => transformer.serialize(value));
  const texts = new EventTexts(serialize);
  const broker = new RedisBroker({ redis, texts, log: createLogger('silent') });
  onTestFinished(() => broker.close());
  return { broker, redis, texts, serialize };
}

describe.runIf(hasRedis)('between processes', () => {
  describeBroker('RedisBroker', async () => (await openNode()).broker);

  test('what one process publishes reaches those who listen in others, once, and its own at once', async () => {
    const namespace = randomUUID();
    const [here, there] = [await openNode(namespace), await openNode(namespace)];
    const [heardHere, heardThere]: number[][] = [[], []];
    await here.broker.subscribe(numbers, (event) => heardHere?.push(event));
    await there.broker.subscribe(numbers, (event) => heardThere?.push(event));

    for (const event of [1, 2, 3]) here.broker.publish(numbers, event);

    expect(heardHere).toEqual([1, 2, 3]);
    await expect.poll(() => heardThere).toEqual([1, 2, 3]);
    there.broker.publish(numbers, 4);
    await expect.poll(() => heardHere).toEqual([1, 2, 3, 4]);
  });

  test('an event is encoded once for all processes, and is one object on all topics it comes on', async () => {
    const namespace = randomUUID();
    const [here, there] = [await openNode(namespace), await openNode(namespace)];
    const again: typeof items = { name: 'items too' };
    const heard: FeedItem<{ at: Date }>[] = [];
    await there.broker.subscribe(items, (item) => heard.push(item));
    await there.broker.subscribe(again, (item) => heard.push(item));
    const data = { at: new Date(5) };

    here.broker.publish(items, { data, id: 'a', audience: ['alice'] });
    here.broker.publish(again, { data, id: 'b' });

    await expect
      .poll(() => heard)
      .toEqual([
        { data, id: 'a', audience: ['alice'] },
        { data, id: 'b' },
      ]);
    expect(heard[0]?.data).toBe(heard[1]?.data);
    const [event] = heard;
    expect(there.texts.of(event?.data).withId('x')).toBe(here.texts.of(data).withId('x'));
    expect([here.serialize.mock.calls.length, there.serialize.mock.calls.length]).toEqual([1, 0]);
  });

  test('a process is sent nothing that nobody in it listens to', async () => {
    const { broker, redis } = await openNode();
    const listening = () =>
      redis.eval("return redis.call('pubsub', 'shardnumsub', KEYS[1])[2]", [redis.name('numbers')], []);
    const stops = await Promise.all([1, 2].map(() => broker.subscribe(numbers, () => undefined)));
    expect(await listening()).toBe(1);

    for (const stop of stops) stop();

    await expect.poll(listening).toBe(0);
  });

  test('while Redis is away a process goes on by itself, and afterwards all may read what they missed', async () => {
    await using server = await RedisServer.start();
    const [here, there] = [await openNode('lone', server.url), await openNode('lone', server.url)];
    const heard: number[] = [];
    let missed = 0;
    await here.broker.subscribe(numbers, (event) => heard.push(event));
    await there.broker.subscribe(
      numbers,
      () => undefined,
      () => (missed += 1),
    );

    await server.kill();
    await expect.poll(() => here.redis.isAway && there.redis.isAway).toBe(true);
    here.broker.publish(numbers, 1);
    await there.broker.subscribe(items, () => undefined);
    expect(heard).toEqual([1]);
    expect(here.broker.completeUntil).toBeLessThanOrEqual(Date.now());
    await server.start();

    await expect.poll(() => missed).toBeGreaterThan(0);
    await expect.poll(() => here.broker.completeUntil).toBe(Number.POSITIVE_INFINITY);
    const late: unknown[] = [];
    await here.broker.subscribe(items, (item) => late.push(item));
    there.broker.publish(items, { data: { at: new Date(1) } });
    await expect.poll(() => late).toHaveLength(1);
  });
});
