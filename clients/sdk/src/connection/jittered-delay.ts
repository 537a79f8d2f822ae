/** Bounds of the waits between attempts. Full jitter: a crowd that was dropped together comes back spread out. */
export const backoff = { firstMs: 500, maxMs: 15_000 } as const;

/** A random wait before attempt `attempt` (from 1): within 0 … 500 ms at first, doubling to 15 s. */
export function jitteredDelayMs(attempt: number, random: () => number): number {
  return random() * Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(attempt - 1, 10));
}
