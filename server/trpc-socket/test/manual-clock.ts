import type { Clock } from '../src/clock.ts';

type Task = { readonly at: number; run(): void };

/** A clock that stands still until a test moves it. It starts at the real time, so that real tokens are valid. */
export class ManualClock implements Clock {
  #now = Date.now();
  readonly #tasks = new Set<Task>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, task: () => void): () => void {
    const entry: Task = { at: this.#now + delayMs, run: task };
    this.#tasks.add(entry);
    return () => this.#tasks.delete(entry);
  }

  /** How many tasks wait for their time. */
  get size(): number {
    return this.#tasks.size;
  }

  /** Moves time on and runs what becomes due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#nextDue(end); next; next = this.#nextDue(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#tasks.delete(next);
      next.run();
    }
    this.#now = end;
  }

  #nextDue(end: number): Task | undefined {
    const due = [...this.#tasks].filter((task) => task.at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}
