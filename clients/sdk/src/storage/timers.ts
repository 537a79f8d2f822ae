import type { Clock } from '../clock.ts';

/** How long anything waits for a storage. */
const patienceMs = 2_000;

/** Timers that end with their owner. */
export class Timers {
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, task: () => void): () => void {
    const cancel = () => {
      stop();
      this.#cancels.delete(cancel);
    };
    const stop = this.#clock.after(delayMs, () => {
      this.#cancels.delete(cancel);
      task();
    });
    this.#cancels.add(cancel);
    return cancel;
  }

  /** The answer of a storage; rejects when it takes long. */
  inTime<T>(asked: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.after(patienceMs, () => reject(new Error('The storage does not answer')));
      asked.then(resolve, reject).finally(cancel);
    });
  }

  close(): void {
    for (const cancel of this.#cancels) cancel();
  }
}
