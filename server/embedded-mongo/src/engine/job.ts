import { isSteps, type Steps } from '../pace/pace.ts';
import type { Snapshot } from '../storage/kv.ts';

/** Whose commands they are: a connection, or the engine itself. The longer they usually take, the later they come. */
export class Share {
  isGone = false;
  #lastMs = 0;
  #usualMs = 0;

  /** The shorter of the last two: what the machine or a collection of garbage took from one command says nothing. */
  get usualMs(): number {
    return this.#usualMs;
  }

  count(ms: number): void {
    this.#usualMs = Math.min(this.#lastMs, ms);
    this.#lastMs = ms;
  }
}

/** For each millisecond that a command is expected to take, others may come before it for so many. */
export const patience = 100;

/** Commands of shares that usually take less run before those of others. */
const shortMs = 0.25;

export type Work<T> = () => T | Steps<T>;

export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** Work to be run, and who is told of its outcome: in the same turn, before anything else runs. */
export type Order<T> = {
  readonly isWrite: boolean;
  readonly share: Share;
  readonly work: Work<T>;
  settle(outcome: Outcome<T>): void;
};

/** Work on its way through the executor. */
export class Job<T = unknown> {
  readonly isWrite: boolean;
  readonly share: Share;
  /** Jobs run in the order of this time: after a wait in proportion to what they are expected to take. */
  dueAt: number;
  tookMs = 0;
  /** An earlier part of it has run, and is committed if it is a write: it cannot be begun again. */
  isPartlyDone = false;
  /** What a read that has paused goes on reading, so that it sees the state of one moment. */
  snapshot: Snapshot | undefined;
  catalogVersion = 0;
  readonly #order: Order<T>;
  /** What is left of a job that has paused. */
  #steps: Steps<T> | undefined;
  #outcome: Outcome<T> | undefined;

  constructor(order: Order<T>) {
    this.isWrite = order.isWrite;
    this.share = order.share;
    this.dueAt = performance.now() + patience * order.share.usualMs;
    this.#order = order;
  }

  /** It has not shown that it takes long, and neither have the last ones of its share. */
  get isShort(): boolean {
    return !this.isPaused && this.share.usualMs < shortMs;
  }

  get isPaused(): boolean {
    return this.#steps !== undefined;
  }

  /** Runs to its end or to its next pause. Throws when it fails. */
  step(): void {
    const steps = this.#steps ?? this.#order.work();
    this.#steps = undefined;
    if (!isSteps(steps)) {
      this.#outcome = { value: steps };
      return;
    }
    const { done, value } = steps.next();
    if (done) this.#outcome = { value };
    else this.#steps = steps;
  }

  /** It has failed; what is left of it is told so. */
  fail(error: unknown): void {
    const steps = this.#steps;
    this.restart();
    this.#outcome = { error };
    try {
      steps?.throw(error);
    } catch {
      // Its own error again, as a rule.
    }
  }

  /** Only while nothing of it is committed. */
  restart(): void {
    this.#steps = undefined;
    this.#outcome = undefined;
  }

  settle(): void {
    this.release();
    if (this.#outcome) this.#order.settle(this.#outcome);
  }

  release(): void {
    this.snapshot?.release();
    this.snapshot = undefined;
  }
}
