import { CommandError } from '../errors.ts';
import { isSteps, Slice, type Steps } from '../pace/pace.ts';
import type { Catalog } from '../storage/catalog.ts';
import type { Snapshot } from '../storage/kv.ts';

/** Whose commands they are: a connection, or the engine itself. The more time one has had, the later it comes. */
export type Share = { usedMs: number; isGone: boolean };

export function newShare(): Share {
  return { usedMs: 0, isGone: false };
}

type Job = {
  readonly isWrite: boolean;
  readonly share: Share;
  /** Jobs run in the order of this number: the share's time so far, or now in the same measure if that is later. */
  at: number;
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

export type ExecutorOptions = {
  /** After how long a command should pause. */
  readonly sliceMs?: number;
  /** How long a turn may begin another read; twice as long another write, because those share a flush. */
  readonly turnMs?: number;
};

/**
 * Runs commands on the one thread that owns the store, in turns of the event loop. What has arrived by then is answered
 * together: reads first, then all writes in one transaction, so that they share one flush to the disk. A write is
 * acknowledged only after that flush, and a failed one leaves nothing behind. A command that takes longer pauses and
 * goes on in a later turn, after those that have had less time; what it wrote up to a pause is committed, and what it
 * reads stays as it was when it began, unless indexes or collections change meanwhile.
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
  /** Where the job that ran last stood, in the measure of `Job.at`. */
  #now = 0;

  constructor(catalog: Catalog, { sliceMs = 3, turnMs = 3 }: ExecutorOptions = {}) {
    this.#catalog = catalog;
    this.#sliceMs = sliceMs;
    this.#turnMs = turnMs;
  }

  submit<T>(isWrite: boolean, work: Work<T>, share: Share = this.#own): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let value: T;
      const keep = (result: T) => {
        value = result;
      };
      this.#enqueue({
        isWrite,
        share,
        at: Math.max(this.#now, share.usedMs),
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
        settle: (outcome) => ('error' in outcome ? reject(toError(outcome.error)) : resolve(value)),
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
    const jobs = this.#waiting.sort((a, b) => a.at - b.at);
    this.#waiting = [];
    const endsAt = performance.now() + this.#turnMs;
    const reads = jobs.filter(({ isWrite }) => !isWrite);
    for (const job of reads) {
      if (job !== reads[0] && performance.now() >= endsAt) this.#enqueue(job);
      else this.#conclude(job, this.#read(job));
    }
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
    const endsAt = performance.now() + 2 * this.#turnMs;
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
    this.slice.begin(this.#sliceMs);
    const startedAt = performance.now();
    this.#now = Math.max(this.#now, job.at);
    try {
      const steps = job.steps ?? job.begin();
      job.steps = isSteps(steps) ? steps : undefined;
      if (job.steps?.next().done) job.steps = undefined;
    } finally {
      job.at += performance.now() - startedAt;
      job.share.usedMs = job.at;
    }
  }

  #conclude(job: Job, outcome: Outcome): void {
    if ('error' in outcome || !job.steps) {
      releaseSnapshot(job);
      return job.settle(outcome);
    }
    job.isPartlyDone = true;
    if (this.#isStopping || (job.share.isGone && !job.isWrite)) this.#end(job, interrupted());
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
