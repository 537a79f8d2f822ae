export type Measured = { readonly opsPerSecond: number; readonly p50Ms: number; readonly p99Ms: number };

/** Runs the work from that many clients at once, each one after the other, until the time is over. */
export async function measure(
  clients: number,
  seconds: number,
  work: () => Promise<unknown>,
): Promise<Measured> {
  const until = performance.now() + seconds * 1_000;
  const times: number[] = [];
  const startedAt = performance.now();
  const client = async () => {
    for (let now = performance.now(); now < until; now = performance.now()) {
      await work();
      times.push(performance.now() - now);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const elapsed = (performance.now() - startedAt) / 1_000;
  times.sort((a, b) => a - b);
  return { opsPerSecond: times.length / elapsed, p50Ms: at(times, 0.5), p99Ms: at(times, 0.99) };
}

/** How many of the work's operations a synchronous loop does in a second; the work returns how many it did. */
export function measureSync(seconds: number, work: () => number): number {
  const until = performance.now() + seconds * 1_000;
  const startedAt = performance.now();
  let done = 0;
  while (performance.now() < until) done += work();
  return done / ((performance.now() - startedAt) / 1_000);
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
