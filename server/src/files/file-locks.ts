import type { Lock, Locker } from '@tus/server';
import { FileIdSchema } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { Types } from 'mongoose';
import type { FilesDeps } from './deps.ts';
import { fileModel } from './file.model.ts';

/** What is not said anew for so long is nobody's any more: its process ended. */
const leaseMs = 9_000;
const renewMs = 3_000;

/** Longer than a lease: whoever comes back after a crash gets its turn. Afterwards they are asked to come again. */
const waitMaxMs = 12_000;
const lookMs = 200;

/** The answer to who comes again later; tus clients do by themselves. */
const isLocked = { status_code: 423, body: 'The upload is in use\n' };

/**
 * One request at a time writes a file, over all processes: whoever does says so in the file's document, again and again. A
 * second one asks the first to stop, because its connection is most likely dead.
 */
export class FileLocks implements Locker {
  readonly #deps: Pick<FilesDeps, 'db' | 'clock'>;
  /** How to ask those of this process, which hear of it at once. */
  readonly #here = new Map<string, () => void>();

  constructor(deps: Pick<FilesDeps, 'db' | 'clock'>) {
    this.#deps = deps;
  }

  newLock(id: string): Lock {
    return new FileLock(this.#deps, this.#here, id);
  }
}

class FileLock implements Lock {
  readonly #deps: Pick<FilesDeps, 'db' | 'clock'>;
  readonly #here: Map<string, () => void>;
  readonly #id: string;
  readonly #by = randomUUID();
  #renewing: NodeJS.Timeout | undefined;

  constructor(deps: Pick<FilesDeps, 'db' | 'clock'>, here: Map<string, () => void>, id: string) {
    this.#deps = deps;
    this.#here = here;
    this.#id = FileIdSchema.parse(id);
  }

  async lock(signal: AbortSignal, requestRelease: () => void | Promise<void>): Promise<void> {
    const giveUpAt = Date.now() + waitMaxMs;
    while (!(await this.#take())) {
      if (signal.aborted || Date.now() > giveUpAt) throw isLocked;
      this.#here.get(this.#id)?.();
      await this.#update({}, { $set: { 'lock.isWanted': true } });
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
    const release = () => void requestRelease();
    this.#here.set(this.#id, release);
    this.#renewing = setInterval(() => void this.#renew(release), renewMs);
  }

  async unlock(): Promise<void> {
    clearInterval(this.#renewing);
    this.#here.delete(this.#id);
    await this.#update({ 'lock.by': this.#by }, { $unset: { lock: 1 } });
  }

  async #take(): Promise<boolean> {
    const now = new Date(this.#deps.clock.now());
    return this.#update({ $or: [{ lock: null }, { 'lock.until': { $lt: now } }] }, this.#until(now));
  }

  /** Whoever cannot say that it still holds the lock, or is asked to, lets go. */
  async #renew(release: () => void): Promise<void> {
    try {
      const now = new Date(this.#deps.clock.now());
      const isMine = { 'lock.by': this.#by, 'lock.isWanted': null };
      if (!(await this.#update(isMine, { $set: { 'lock.until': this.#until(now).$set.lock.until } })))
        release();
    } catch {
      release();
    }
  }

  #until(now: Date) {
    return { $set: { lock: { by: this.#by, until: new Date(now.getTime() + leaseMs) } } };
  }

  async #update(filter: object, update: object): Promise<boolean> {
    const file = { _id: new Types.ObjectId(this.#id), ...filter };
    const { matchedCount } = await fileModel(this.#deps.db).updateOne(file, update);
    return matchedCount === 1;
  }
}
