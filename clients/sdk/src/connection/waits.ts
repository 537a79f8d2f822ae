import type { Clock } from '../clock.ts';

/** Resolves after `delayMs`, or at once when the signal aborts; leaves no timer behind. Never rejects. */
export function wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const finish = () => {
      cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(delayMs, finish);
    signal.addEventListener('abort', finish, { once: true });
  });
}

/**
 * Bounds of the waits between attempts. Full jitter, so that clients that were dropped together do not come back
 * together.
 */
const backoff = { firstMs: 500, maxMs: 15_000 } as const;

/** A random wait before attempt `attempt` (from 1): within 0 … 500 ms at first, doubling to 15 s. */
export function jitteredDelayMs(attempt: number, random: () => number): number {
  return random() * Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(attempt - 1, 10));
}
