import { randomUUID } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import { openRedis } from '../testing/open-redis.ts';
import { RedisServer } from '../nodes/redis-server.ts';
import { hasRedis } from '../testing/with-redis.ts';
import { Metrics } from './metrics.ts';
import { createRateLimits, type RateLimits } from './rate-limits.ts';
import type { Redis } from './redis.ts';

const whole = { budget: 'chat.openDirect', points: 100 } as const;
const one = { budget: 'chat.openDirect', points: 1 } as const;
const create = (redis: Redis | null) => createRateLimits(new Metrics(), redis);

function describeRateLimits(name: 'of one process' | 'on Redis', make: () => Promise<RateLimits>): void {
  describe(`rate limits ${name}`, () => {
    it('refuse who has spent a budget, say for how long, and refuse nobody else and nothing else', async () => {
      const limits = await make();
      await limits.spend(whole, 'alice');

      const refusal: unknown = await limits.spend(one, 'alice').catch((error: unknown) => error);

      expect(refusal).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
      expect(refusal).toHaveProperty('retryAfterMs', expect.closeTo(60_000, -4));
      await limits.spend(one, 'bob');
      await limits.spend({ budget: 'reads', points: 600 }, 'alice');
    });
  });
}

describeRateLimits('of one process', () => Promise.resolve(create(null)));

describe.runIf(hasRedis)('on several processes', () => {
  describeRateLimits('on Redis', async () => create(await openRedis()));

  test('a budget is one over all of them', async () => {
    const namespace = randomUUID();
    const [here, there] = [create(await openRedis(namespace)), create(await openRedis(namespace))];
    await here.spend(whole, 'alice');

    await expect(there.spend(one, 'alice')).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  });

  test('each counts for itself while Redis is away', async () => {
    await using server = await RedisServer.start();
    const redis = await openRedis('limits', server.url);
    const limits = create(redis);
    await server.kill();
    await expect.poll(() => redis.isAway).toBe(true);

    await limits.spend(whole, 'alice');

    await expect(limits.spend(one, 'alice')).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  });
});
