import { CommandError } from '../errors.ts';
import type { Catalog } from '../storage/catalog.ts';

type Job = {
  readonly isWrite: boolean;
  readonly run: () => unknown;
  settle(outcome: Outcome): void;
};

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Runs commands one after the other on the one thread that owns the store. What arrives in one turn of the event loop
 * is answered together: reads first, then all writes in one transaction, so that they share one flush to the disk.
 * A write is acknowledged only after that flush, and a failed one leaves nothing behind.
 */
export class Executor {
  readonly #catalog: Catalog;
  #waiting: Job[] = [];

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  submit<T>(isWrite: boolean, run: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let value: T;
      this.#waiting.push({
        isWrite,
        run: () => {
          value = run();
        },
        settle: (outcome) => ('error' in outcome ? reject(toError(outcome.error)) : resolve(value)),
      });
      if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    });
  }

  /** Undoes the work's changes, in the store and in memory, when it throws. Only inside a write. */
  savepoint<T>(work: () => T): T {
    const { kv, undo } = this.#catalog;
    const mark = undo.mark();
    try {
      return kv.transaction(work);
    } catch (error) {
      undo.rollBackTo(mark);
      throw error;
    }
  }

  #flush(): void {
    const jobs = this.#waiting;
    this.#waiting = [];
    for (const job of jobs) if (!job.isWrite) job.settle(attempt(job.run));
    const writes = jobs.filter(({ isWrite }) => isWrite);
    if (writes.length > 0) this.#commit(writes);
  }

  /** When the shared commit fails, each write gets its own, so that one too big for the disk fails alone. */
  #commit(jobs: readonly Job[]): void {
    const outcomes: Outcome[] = [];
    try {
      this.savepoint(() => {
        for (const { run } of jobs) outcomes.push(attempt(() => this.savepoint(run)));
        this.#catalog.saveCounts();
      });
      this.#catalog.undo.clear();
    } catch (error) {
      if (jobs.length > 1) {
        for (const job of jobs) this.#commit([job]);
        return;
      }
      outcomes[0] = { error };
    }
    jobs.forEach((job, i) => job.settle(outcomes[i] ?? { error: new Error('The write was not run') }));
  }
}

function attempt(run: () => unknown): Outcome {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof CommandError && error.codeName === 'OutOfDiskSpace') throw error;
    return { error };
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
