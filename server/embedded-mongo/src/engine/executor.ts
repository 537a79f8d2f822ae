import { CommandError } from '../errors.ts';
import { Slice } from '../pace/pace.ts';
import type { Catalog } from '../storage/catalog.ts';
import { Job, type Order, type Outcome, patience, Share, type Work } from './job.ts';

export type ExecutorOptions = {
  /** After how long a read should pause; a write after three times as long, because each pause is a flush. */
  readonly sliceMs?: number;
  /** How long a turn may begin another read; eight times as long another write, because those share a flush. */
  readonly turnMs?: number;
};

/**
 * Runs commands on the one thread that owns the store, in turns of the event loop. What has arrived by then is answered
 * together: reads first, then all writes in one transaction, so that they share one flush to the disk. A write is
 * acknowledged only after that flush, and a failed one leaves nothing behind. A command that takes longer pauses and
 * goes on in a later turn; what it wrote up to a pause is committed, and what it reads stays as it was when it began,
 * unless indexes or collections change meanwhile. Each turn has a slice of one read that is long, after the short ones,
 * and of one write that has paused.
 */
export class Executor {
  readonly slice = new Slice();
  readonly #catalog: Catalog;
  readonly #sliceMs: number;
  readonly #turnMs: number;
  readonly #own = new Share();
  #waiting: Job[] = [];
  #isScheduled = false;
  #isStopping = false;

  constructor(catalog: Catalog, { sliceMs = 1, turnMs = 1 }: ExecutorOptions = {}) {
    this.#catalog = catalog;
    this.#sliceMs = sliceMs;
    this.#turnMs = turnMs;
  }

  take<T>(order: Order<T>): void {
    this.#enqueue(new Job(order));
  }

  submit<T>(isWrite: boolean, work: Work<T>, share = this.#own): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (outcome: Outcome<T>) =>
        'error' in outcome ? reject(toError(outcome.error)) : resolve(outcome.value);
      this.take({ isWrite, share, work, settle });
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

  /** Ends the reads that the share has begun: nobody waits for them any more. Writes go on, as in MongoDB. */
  leave(share: Share): void {
    share.isGone = true;
    this.#endPaused(({ isWrite, share: owner }) => !isWrite && owner === share);
  }

  /** Resolves when what was given to it has run or, if it takes more than a step, is ended with 11600. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#endPaused(() => true);
    await this.submit(false, () => undefined);
    while (this.#waiting.length > 0) await this.submit(false, () => undefined);
  }

  #enqueue(job: Job): void {
    this.#waiting.push(job);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    const jobs = this.#waiting.sort((a, b) => a.dueAt - b.dueAt);
    this.#waiting = [];
    const reads = jobs.filter(({ isWrite }) => !isWrite);
    this.#readSome([...reads.filter(({ isShort }) => isShort), ...reads.filter(({ isShort }) => !isShort)]);
    this.#writeSome(jobs.filter(({ isWrite }) => isWrite));
  }

  /** Short ones for as long as a turn has, and then others until one of them has had its slice. */
  #readSome(jobs: readonly Job[]): void {
    const endsAt = performance.now() + this.#turnMs;
    let [hasAny, hasLong] = [false, false];
    for (const job of jobs) {
      const isNext = job.isShort ? !hasAny : !hasLong;
      if (!isNext && performance.now() >= endsAt) {
        this.#enqueue(job);
        continue;
      }
      hasAny = true;
      hasLong ||= !job.isShort;
      this.#read(job);
    }
  }

  /** Those that are new, and one that has paused. */
  #writeSome(jobs: readonly Job[]): void {
    const paused = jobs.filter(({ isPaused }) => isPaused);
    for (const job of paused.slice(1)) this.#enqueue(job);
    const writes = jobs.filter((job) => !job.isPaused || job === paused[0]);
    if (writes.length > 0) this.#commit(writes);
  }

  #read(job: Job): void {
    try {
      const { snapshot } = job;
      if (snapshot && job.catalogVersion === this.#catalog.version) {
        snapshot.during(() => this.#step(job));
      } else {
        job.release();
        this.#step(job);
        if (job.isPaused && !job.isPartlyDone) this.#keepState(job);
      }
    } catch (error) {
      job.fail(error);
    }
    this.#conclude(job);
  }

  #keepState(job: Job): void {
    if (this.#waiting.filter(({ snapshot }) => snapshot).length >= snapshotsMax) return;
    job.snapshot = this.#catalog.kv.snapshot();
    job.catalogVersion = this.#catalog.version;
  }

  /** Commits a step of as many writes as a turn has time for. */
  #commit(jobs: readonly Job[]): void {
    const endsAt = performance.now() + 6 * this.#turnMs;
    const taken: Job[] = [];
    try {
      this.savepoint(() => {
        for (const job of jobs) {
          if (taken.length > 0 && performance.now() >= endsAt) break;
          taken.push(job);
          // What is alone in its commit needs no savepoint in it.
          if (jobs.length === 1) this.#step(job);
          else this.#stepAmongOthers(job);
        }
        this.#catalog.saveCounts();
      });
      this.#catalog.undo.clear();
      for (const job of taken) this.#conclude(job);
    } catch (error) {
      this.#commitEach(taken, error);
    }
    for (const job of jobs.slice(taken.length)) this.#enqueue(job);
  }

  #stepAmongOthers(job: Job): void {
    try {
      this.savepoint(() => this.#step(job));
    } catch (error) {
      // A full disk is not one write's failure but that of the commit it is in.
      if (error instanceof CommandError && error.codeName === 'OutOfDiskSpace') throw error;
      job.fail(error);
    }
  }

  /** After a shared commit has failed, each write gets its own, so that one too big for the disk fails alone. */
  #commitEach(jobs: readonly Job[], error: unknown): void {
    for (const job of jobs) {
      if (jobs.length === 1 || job.isPartlyDone) {
        job.fail(error);
        this.#conclude(job);
      } else {
        job.restart();
        this.#commit([job]);
      }
    }
  }

  #step(job: Job): void {
    const sliceMs = job.isWrite ? 3 * this.#sliceMs : this.#sliceMs;
    const startedAt = this.slice.begin(sliceMs);
    try {
      job.step();
    } finally {
      const endedAt = performance.now();
      job.tookMs += endedAt - startedAt;
      job.dueAt = endedAt + patience * sliceMs;
    }
  }

  #conclude(job: Job): void {
    if (!job.isPaused) {
      job.share.count(job.tookMs);
      job.settle();
      return;
    }
    job.isPartlyDone = true;
    if (this.#isStopping || (job.share.isGone && !job.isWrite)) this.#end(job);
    else this.#enqueue(job);
  }

  #endPaused(isMeant: (job: Job) => boolean): void {
    const ended = this.#waiting.filter((job) => job.isPaused && isMeant(job));
    this.#waiting = this.#waiting.filter((job) => !ended.includes(job));
    for (const job of ended) this.#end(job);
  }

  #end(job: Job): void {
    job.fail(
      new CommandError('InterruptedAtShutdown', 'The command was ended: its client or the server is going'),
    );
    job.settle();
  }
}

/** The store allows for twice as many. A read that gets none goes on with what there is then. */
const snapshotsMax = 500;

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
