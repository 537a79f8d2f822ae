import { randomUUID } from 'node:crypto';
import { inject, onTestFinished } from 'vitest';
import { createLogger } from '../platform/logger.ts';
import { parseRedisUrl } from '../platform/redis-address.ts';
import { Redis } from '../platform/redis.ts';
import './provided-context.ts';

/** A connection to the run's Redis, or another, closed at the end of the test. Connections of one namespace meet. */
export async function openRedis(
  namespace: string = randomUUID(),
  url: string = inject('redisUrl'),
): Promise<Redis> {
  const [address, log] = [parseRedisUrl(url), createLogger('silent')];
  const redis = await Redis.open({ address, log, namespace, patienceMs: 20_000 });
  onTestFinished(() => redis.close());
  return redis;
}
