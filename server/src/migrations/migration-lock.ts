import type { Connection as Database } from 'mongoose';
import { randomUUID } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import { isDuplicateKey } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';

type LockDoc = { _id: string; owner: string; expiresAt: Date };

type Deps = { readonly db: Database; readonly clock: Clock; readonly log: Logger };

/** How long a node that died keeps the others waiting. Longer than clocks of nodes differ. */
const heldMs = 6_000;
const renewMs = 2_000;
const retryMs = 200;

const lockId = 'lock';
const locksOf = (db: Database) => db.collection<LockDoc>('migrations');

/** Somebody else may be migrating by now. */
export class LockLost extends Error {
  override readonly name = 'LockLost';
}

/** Held by one node at a time, as long as the node lives and reaches the database. */
export class MigrationLock {
  readonly #deps: Deps;
  readonly #owner = randomUUID();
  #expiresAt = 0;
  #cancelRenewal: (() => void) | undefined;

  private constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Resolves when this node has it; a node that holds it now finishes first, or is given up for dead. */
  static async acquire(deps: Deps): Promise<MigrationLock> {
    const lock = new MigrationLock(deps);
    for (let tries = 0; !(await lock.#take()); tries += 1) {
      if (tries === 0) deps.log.info('another node is migrating the database: waiting for it');
      await new Promise<void>((resolve) => deps.clock.after(retryMs, resolve));
    }
    lock.#renewLater();
    return lock;
  }

  /** Throws LockLost once the lock may be another node's. */
  requireHeld(): void {
    if (this.#deps.clock.now() < this.#expiresAt) return;
    throw new LockLost('The migration lost its lock to another node, or the database did not answer');
  }

  async release(): Promise<void> {
    this.#cancelRenewal?.();
    this.#cancelRenewal = undefined;
    await locksOf(this.#deps.db).deleteOne({ _id: lockId, owner: this.#owner });
  }

  /** An upsert that finds the lock held tries to insert a second one, and the unique id refuses it. */
  async #take(): Promise<boolean> {
    const now = this.#deps.clock.now();
    const expiresAt = now + heldMs;
    try {
      await locksOf(this.#deps.db).updateOne(
        { _id: lockId, expiresAt: { $lte: new Date(now) } },
        { $set: { owner: this.#owner, expiresAt: new Date(expiresAt) } },
        { upsert: true },
      );
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
    this.#expiresAt = expiresAt;
    return true;
  }

  #renewLater(): void {
    this.#cancelRenewal = this.#deps.clock.after(renewMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const expiresAt = this.#deps.clock.now() + heldMs;
    try {
      const { matchedCount } = await locksOf(this.#deps.db).updateOne(
        { _id: lockId, owner: this.#owner },
        { $set: { expiresAt: new Date(expiresAt) } },
      );
      this.#expiresAt = matchedCount > 0 ? expiresAt : 0;
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'could not renew the lock of the migration, trying again');
    }
    if (this.#cancelRenewal) this.#renewLater();
  }
}
