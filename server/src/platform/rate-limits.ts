import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { tooManyRequests } from './errors.ts';
import type { Metrics } from './metrics.ts';
import type { Redis } from './redis.ts';

/**
 * What may be spent within `durationSeconds`: by a person over all wires, and of `strangers` by an address. What a call
 * costs stands beside its procedure.
 */
export const budgets = {
  // 20 a second sustained, bursts of 100: a bucket of 100 that refills in 5 s.
  'message.send': { points: 100, durationSeconds: 5 },
  'typing.set': { points: 50, durationSeconds: 5 },
  'chat.openDirect': { points: 100, durationSeconds: 60 },
  /** Downloads of everything that is somebody's, and erasing it. */
  'me.export': { points: 5, durationSeconds: 600 },
  /** Other calls that change something. */
  changes: { points: 200, durationSeconds: 5 },
  /** A client that comes back looks at each of its chats once; a page costs 2. */
  reads: { points: 600, durationSeconds: 10 },
  /** Several sockets may come back with all the subscriptions they can have. */
  subscriptions: { points: 1_000, durationSeconds: 10 },
  /** Requests and sockets of whom nobody knows who they are. */
  strangers: { points: 300, durationSeconds: 10 },
} as const;

export type Budget = keyof typeof budgets;

export type Cost = { readonly budget: Budget; readonly points: number };

export interface RateLimits {
  /** Spends what a call costs of the budget of a person or an address, or throws TOO_MANY_REQUESTS with the time to wait. */
  spend(cost: Cost, who: string): Promise<void>;
  /** The milliseconds until there is something left of a budget of which nothing is, as far as this process knows; 0 while there is. */
  waitFor(budget: Budget, who: string): Promise<number>;
}

export const unlimited: RateLimits = { spend: () => Promise.resolve(), waitFor: () => Promise.resolve(0) };

/** Shared by all processes through Redis; in this one alone without it, and while it is away. */
export function createRateLimits(metrics: Pick<Metrics, 'limitHits'>, redis: Redis | null): RateLimits {
  const limiters = new Map(
    Object.entries(budgets).map(([budget, { points, durationSeconds }]) => {
      const options = { keyPrefix: budget, points, duration: durationSeconds };
      const alone = new RateLimiterMemory(options);
      return [
        budget,
        { alone, limiter: redis ? createSharedLimiter(redis, options, alone) : alone },
      ] as const;
    }),
  );
  return {
    async spend({ budget, points }, who) {
      const found = limiters.get(budget);
      try {
        await found?.limiter.consume(who, points);
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        // So that `waitFor` asks nobody else.
        if (redis) await found?.alone.block(who, refused.msBeforeNext / 1_000);
        metrics.limitHits.inc({ budget });
        throw tooManyRequests(refused.msBeforeNext);
      }
    },
    async waitFor(budget, who) {
      const spent = await limiters.get(budget)?.alone.get(who);
      return spent && spent.remainingPoints <= 0 ? spent.msBeforeNext : 0;
    },
  };
}

type LimiterOptions = { readonly keyPrefix: string; readonly points: number; readonly duration: number };

/** The limiter speaks to our one connection, which refuses at once while Redis is away; then the insurance counts. */
function createSharedLimiter(redis: Redis, options: LimiterOptions, insuranceLimiter: RateLimiterMemory) {
  const storeClient = {
    eval: (script: string, { keys, arguments: args }: { keys: string[]; arguments: string[] }) =>
      redis.eval(script, keys, args),
  };
  const keyPrefix = redis.name(`limit:${options.keyPrefix}`);
  return new RateLimiterRedis({
    ...options,
    keyPrefix,
    storeClient,
    insuranceLimiter,
    useRedisPackage: true,
  });
}
