import { readFileSync } from 'node:fs';

const everyMs = 500;
const warmUpMs = 60_000;
/** What a run may add after the warm-up. */
export const growthMaxMiB = 64;

export type Memory = {
  readonly firstMiB: number;
  readonly warmMiB: number;
  readonly lastMiB: number;
  readonly worstMiB: number;
  /** Undefined for a run that is shorter than two warm-ups, or where nothing can be read. */
  readonly growthMiB: number | undefined;
};

/** The resident memory of a process. Linux alone tells. */
export class MemoryWatch implements Disposable {
  readonly #samples: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    const sample = () => this.#samples.push(residentMiB(pid));
    this.#timer = setInterval(sample, everyMs);
    sample();
  }

  /** Medians of stretches, because a heap goes up and down between collections. */
  describe(): Memory {
    const samples = this.#samples;
    const warmAt = warmUpMs / everyMs;
    const stretch = Math.max(1, Math.min(warmAt / 2, Math.floor(samples.length / 6)));
    const lastMiB = median(samples.slice(-stretch));
    const isLong = samples.length >= 2 * warmAt && lastMiB > 0;
    const warmMiB = median(samples.slice(warmAt, warmAt + stretch));
    return {
      firstMiB: median(samples.slice(0, stretch)),
      warmMiB,
      lastMiB,
      worstMiB: Math.max(...samples),
      growthMiB: isLong ? lastMiB - warmMiB : undefined,
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function residentMiB(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}
