import { CommandError } from '../errors.ts';
import { isSteps, Slice, type Steps } from '../pace/pace.ts';
import type { Catalog } from '../storage/catalog.ts';
import type { Snapshot } from '../storage/kv.ts';

/** Whose commands they are: a connection, or the engine itself. The longer they usually take, the later they come. */
export type Share = { usualMs: number; isGone: boolean };

export function newShare(): Share {
  return { usualMs: 0, isGone: false };
}

type Job = {
  readonly isWrite: boolean;
  readonly share: Share;
  /** Jobs run in the order of this time: after a wait in proportion to what they are expected to take. */
  dueAt: number;
  tookMs: number;
  readonly begin: () => unknown;
  /** What is left of a job that has paused. */
  steps: Steps<unknown> | undefined;
  /** An earlier part of it has run, and is committed if it is a write: it cannot be begun again. */
  isPartlyDone: boolean;
  /** What a read that has paused goes on reading, so that it sees the state of one moment. */
  snapshot: Snapshot | undefined;
  catalogVersion: number;
  settle(outcome: Outcome): void;
};

type Outcome = { readonly value: unknown } | { readonly error: unknown };

type Work<T> = () => T | Steps<T>;

type Origin<T> = {
  readonly share?: Share;
  /** Gets the result in the same turn, before anything else runs. */
  readonly deliver?: (value: T) => void;
};

export type ExecutorOptions = {
  /** After how long a read should pause; a write after three times as long, because each pause is a flush. */
  readonly sliceMs?: number;
  /** How long a turn may begin another read; four times as long another write, because those share a flush. */
  readonly turnMs?: number;
};

/** For each millisecond that a command is expected to take, others may come before it for so many. */
const patience = 50;

/**
 * Runs commands on the one thread that owns the store, in turns of the event loop. What has arrived by then is answered
 * together: reads first, then all writes in one transaction, so that they share one flush to the disk. A write is
 * acknowledged only after that flush, and a failed one leaves nothing behind. A command that takes longer pauses and
 * goes on in a later turn; what it wrote up to a pause is committed, and what it reads stays as it was when it began,
 * unless indexes or collections change meanwhile. Each turn has a slice of one read that has paused, after new ones.
 */
export class Executor {
  readonly slice = new Slice();
  readonly #catalog: Catalog;
  readonly #sliceMs: number;
  readonly #turnMs: number;
  readonly #own = newShare();
  #waiting: Job[] = [];
  #isScheduled = false;
  #isStopping = false;

  constructor(catalog: Catalog, { sliceMs = 1, turnMs = 2 }: ExecutorOptions = {}) {
    this.#catalog = catalog;
    this.#sliceMs = sliceMs;
    this.#turnMs = turnMs;
  }

  submit<T>(isWrite: boolean, work: Work<T>, { share = this.#own, deliver }: Origin<T> = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let value: T;
      const keep = (result: T) => {
        value = result;
      };
      const succeed = () => {
        deliver?.(value);
        resolve(value);
      };
      this.#enqueue({
        isWrite,
        share,
        dueAt: performance.now() + patience * share.usualMs,
        tookMs: 0,
        begin: () => {
          const begun = work();
          if (isSteps(begun)) return keeping(begun, keep);
          keep(begun);
          return undefined;
        },
        steps: undefined,
        isPartlyDone: false,
        snapshot: undefined,
        catalogVersion: 0,
        settle: (outcome) => {
          const end = 'error' in outcome ? outcome : attempt(succeed);
          if ('error' in end) reject(toError(end.error));
        },
      });
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
    const endsAt = performance.now() + this.#turnMs;
    const reads = jobs.filter(({ isWrite }) => !isWrite);
    const [long, ...longer] = reads.filter(({ steps }) => steps);
    for (const [at, job] of reads.filter(({ steps }) => !steps).entries()) {
      if (at === 0 || performance.now() < endsAt) this.#conclude(job, this.#read(job));
      else this.#enqueue(job);
    }
    if (long) this.#conclude(long, this.#read(long));
    for (const job of longer) this.#enqueue(job);
    const writes = jobs.filter(({ isWrite }) => isWrite);
    if (writes.length > 0) this.#commit(writes);
  }

  #read(job: Job): Outcome {
    const { catalogVersion, isPartlyDone, snapshot } = job;
    const step = () => this.#step(job);
    if (snapshot && catalogVersion === this.#catalog.version) return attempt(() => snapshot.during(step));
    releaseSnapshot(job);
    const outcome = attempt(step);
    if (job.steps && !isPartlyDone && this.#hasSnapshotsLeft()) {
      job.snapshot = this.#catalog.kv.snapshot();
      job.catalogVersion = this.#catalog.version;
    }
    return outcome;
  }

  #hasSnapshotsLeft(): boolean {
    return this.#waiting.filter(({ snapshot }) => snapshot).length < snapshotsMax;
  }

  /** Commits a step of as many writes as a turn has time for. */
  #commit(jobs: readonly Job[]): void {
    const endsAt = performance.now() + 4 * this.#turnMs;
    const taken: Job[] = [];
    const outcomes: Outcome[] = [];
    try {
      this.savepoint(() => {
        for (const job of jobs) {
          if (taken.length > 0 && performance.now() >= endsAt) break;
          taken.push(job);
          outcomes.push(requireRoom(attempt(() => this.savepoint(() => this.#step(job)))));
        }
        this.#catalog.saveCounts();
      });
      this.#catalog.undo.clear();
      taken.forEach((job, i) => this.#conclude(job, outcomes[i] ?? { value: undefined }));
    } catch (error) {
      this.#commitEach(taken, error);
    }
    for (const job of jobs.slice(taken.length)) this.#enqueue(job);
  }

  /** After a shared commit has failed, each write gets its own, so that one too big for the disk fails alone. */
  #commitEach(jobs: readonly Job[], error: unknown): void {
    for (const job of jobs) {
      if (jobs.length === 1 || job.isPartlyDone) {
        this.#end(job, error);
        continue;
      }
      job.steps = undefined;
      this.#commit([job]);
    }
  }

  /** One step: to the job's end or to its next pause, which leaves `steps`. */
  #step(job: Job): void {
    const sliceMs = job.isWrite ? 3 * this.#sliceMs : this.#sliceMs;
    this.slice.begin(sliceMs);
    const startedAt = performance.now();
    try {
      const steps = job.steps ?? job.begin();
      job.steps = isSteps(steps) ? steps : undefined;
      if (job.steps?.next().done) job.steps = undefined;
    } finally {
      const endedAt = performance.now();
      job.tookMs += endedAt - startedAt;
      job.dueAt = endedAt + patience * sliceMs;
    }
  }

  #conclude(job: Job, outcome: Outcome): void {
    const { share, steps, tookMs } = job;
    if ('error' in outcome || !steps) {
      // Grows step by step, since what the machine or a collection of garbage took from one command says nothing.
      share.usualMs = Math.min(tookMs, 2 * share.usualMs + 0.1);
      releaseSnapshot(job);
      return job.settle(outcome);
    }
    job.isPartlyDone = true;
    if (this.#isStopping || (share.isGone && !job.isWrite)) this.#end(job, interrupted());
    else this.#enqueue(job);
  }

  #endPaused(isMeant: (job: Job) => boolean): void {
    const ended = this.#waiting.filter((job) => job.steps && isMeant(job));
    this.#waiting = this.#waiting.filter((job) => !ended.includes(job));
    for (const job of ended) this.#end(job, interrupted());
  }

  #end(job: Job, error: unknown): void {
    attempt(() => job.steps?.throw(error));
    releaseSnapshot(job);
    job.settle({ error });
  }
}

/** The store allows for twice as many. A read that gets none goes on with what there is then. */
const snapshotsMax = 500;

function releaseSnapshot(job: Job): void {
  job.snapshot?.release();
  job.snapshot = undefined;
}

function* keeping<T>(steps: Steps<T>, keep: (value: T) => void): Steps<void> {
  keep(yield* steps);
}

function attempt(run: () => unknown): Outcome {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

/** A full disk is not one write's failure but that of the commit it is in. */
function requireRoom(outcome: Outcome): Outcome {
  if (!('error' in outcome)) return outcome;
  const { error } = outcome;
  if (error instanceof CommandError && error.codeName === 'OutOfDiskSpace') throw error;
  return outcome;
}

function interrupted(): CommandError {
  return new CommandError(
    'InterruptedAtShutdown',
    'The command was ended: its client or the server is going',
  );
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
