import type { Clock } from '../../../platform/clock.ts';

type Timer = { readonly at: number; readonly task: () => void };

/** A clock that stands still until it is told otherwise. */
export class ManualClock implements Clock {
  #now = Date.parse('2030-01-01T00:00:00Z');
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { at: this.#now + delayMs, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers wait to run. */
  get size(): number {
    return this.#timers.size;
  }

  /** Runs what falls due on the way, in order. */
  advance(byMs: number): void {
    const until = this.#now + byMs;
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#timers.delete(next);
      this.#now = next.at;
      next.task();
    }
    this.#now = until;
  }

  #next(until: number): Timer | undefined {
    return [...this.#timers].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
  }
}
