import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from './errors.ts';
import type { Metrics } from './metrics.ts';

/** Budgets per person, one over all wires. `points` may be spent within `durationSeconds`. */
const budgets = {
  // 20 a second sustained, bursts of 100: a bucket of 100 that refills in 5 s.
  'message.send': { points: 100, durationSeconds: 5 },
  'typing.set': { points: 50, durationSeconds: 5 },
  'chat.openDirect': { points: 100, durationSeconds: 60 },
} as const;

export type Budget = keyof typeof budgets;

export interface RateLimits {
  /** Spends one point of the person's budget, or throws TOO_MANY_REQUESTS with the time to wait. */
  spend(budget: Budget, userId: string): Promise<void>;
}

export const unlimited: RateLimits = { spend: () => Promise.resolve() };

export function createRateLimits(metrics: Pick<Metrics, 'limitHits'>): RateLimits {
  const limiters = new Map(
    Object.entries(budgets).map(([budget, { points, durationSeconds }]) => [
      budget,
      new RateLimiterMemory({ keyPrefix: budget, points, duration: durationSeconds }),
    ]),
  );
  return {
    async spend(budget, userId) {
      try {
        await limiters.get(budget)?.consume(userId);
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        metrics.limitHits.inc({ budget });
        throw new AppError('TOO_MANY_REQUESTS', 'Too many requests, wait a moment', {
          retryAfterMs: refused.msBeforeNext,
        });
      }
    },
  };
}
