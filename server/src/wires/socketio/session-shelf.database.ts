import { UserIdSchema } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import { createHash } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { createIndexes } from '../../platform/mongo.ts';
import type { Kept, SessionShelf } from './kept-sessions.ts';
import { legacySessionModel } from './session.model.ts';

type Deps = { readonly db: Database; readonly clock: Clock };

/** Idempotent. */
export async function createLegacySessionIndexes(db: Database): Promise<void> {
  await createIndexes(legacySessionModel(db));
}

export class DatabaseSessionShelf implements SessionShelf {
  readonly #deps: Deps;
  /** What is under way by id: two writes on two connections may overtake each other. */
  readonly #underway = new Map<string, Promise<unknown>>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  put(pid: string, { userId, startedAt }: Kept, forMs: number): Promise<unknown> {
    return this.#after(pid, (_id) => {
      const kept = { user: userId, startedAt: new Date(startedAt), expiresAt: this.#in(forMs) };
      return this.#model.updateOne({ _id }, { $set: kept }, { upsert: true });
    });
  }

  holdFor(pid: string, forMs: number): Promise<unknown> {
    return this.#after(pid, (_id) =>
      this.#model.updateOne({ _id }, { $set: { expiresAt: this.#in(forMs) } }),
    );
  }

  remove(pid: string): Promise<unknown> {
    return this.#after(pid, (_id) => this.#model.deleteOne({ _id }));
  }

  get(pid: string): Promise<Kept | undefined> {
    return this.#after(pid, async (_id) => {
      const found = await this.#model.findById(_id).lean();
      if (!found || found.expiresAt.getTime() <= this.#deps.clock.now()) return undefined;
      return { userId: UserIdSchema.parse(found.user.toHexString()), startedAt: found.startedAt.getTime() };
    });
  }

  get #model() {
    return legacySessionModel(this.#deps.db);
  }

  #in(forMs: number): Date {
    return new Date(this.#deps.clock.now() + forMs);
  }

  #after<T>(pid: string, task: (id: string) => Promise<T>): Promise<T> {
    const id = createHash('sha256').update(pid).digest('base64url');
    const before = this.#underway.get(id) ?? Promise.resolve();
    const running = before.catch(() => undefined).then(() => task(id));
    this.#underway.set(id, running);
    const tidy = () => {
      if (this.#underway.get(id) === running) this.#underway.delete(id);
    };
    running.then(tidy, tidy);
    return running;
  }
}
