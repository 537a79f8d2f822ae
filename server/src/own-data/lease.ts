import type { Connection as Database } from 'mongoose';
import { randomUUID } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import { isDuplicateKey } from '../platform/errors.ts';

type LeaseDoc = { _id: string; owner: string; until: Date };

/** How long the work of a process that died waits for another. */
const heldMs = 30_000;
const renewMs = 5_000;

/** What one process does at a time, said in the database and said again while it does it. */
export class Lease {
  readonly #deps: { readonly db: Database; readonly clock: Clock };
  readonly #id: string;
  readonly #owner = randomUUID();
  #renewAt = 0;

  constructor(deps: { readonly db: Database; readonly clock: Clock }, id: string) {
    this.#deps = deps;
    this.#id = id;
  }

  /** True while this process has it, which it may have begun by asking. */
  async hold(): Promise<boolean> {
    const now = this.#deps.clock.now();
    if (now < this.#renewAt) return true;
    try {
      // Held by another, this tries to insert a second one, and the unique id refuses it.
      await leasesOf(this.#deps.db).updateOne(
        { _id: this.#id, $or: [{ owner: this.#owner }, { until: { $lte: new Date(now) } }] },
        { $set: { owner: this.#owner, until: new Date(now + heldMs) } },
        { upsert: true },
      );
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
    this.#renewAt = now + renewMs;
    return true;
  }

  async release(): Promise<void> {
    this.#renewAt = 0;
    await leasesOf(this.#deps.db).deleteOne({ _id: this.#id, owner: this.#owner });
  }
}

function leasesOf(db: Database) {
  return db.collection<LeaseDoc>('leases');
}
