import type { Connection as Database } from 'mongoose';
import type { Clock } from './clock.ts';
import { operationTimeoutMs } from './mongo.ts';

/** What was asked of the database on a connection that broke is done by then, or never. */
const landsWithinMs = 60_000;

/**
 * A command whose connection broke is refused, and may be done all the same: at once, or when a database that stood still, or
 * could not be reached, goes on. Until that is over nobody may be told that they have heard of everything.
 */
export class UnknownWrites {
  readonly #clock: Clock;
  #since = Number.POSITIVE_INFINITY;
  #until = 0;

  constructor(db: Database, clock: Clock) {
    this.#clock = clock;
    db.getClient().on('connectionClosed', ({ reason }) => {
      if (reason === 'error') this.#note();
    });
  }

  /** Every write of this process that was begun before this moment has ended; Infinity in good times. */
  get completeUntil(): number {
    return this.#clock.now() < this.#until ? this.#since : Number.POSITIVE_INFINITY;
  }

  #note(): void {
    const now = this.#clock.now();
    this.#since = Math.min(this.completeUntil, now - operationTimeoutMs);
    this.#until = now + landsWithinMs;
  }
}
