import { createBoundedCache } from '../platform/bounded-cache.ts';
import type { Connection as Database } from 'mongoose';
import type { Clock } from '../platform/clock.ts';
import { createIndexes } from '../platform/mongo.ts';
import { revocationModel, type RevocationDoc } from './revocation.model.ts';
import type { SessionClaims } from './token-verifier.ts';

/** Longer than a token is of use: an hour for the longest, and a day in which an old client may come back with it. */
const rememberedForMs = 25 * 60 * 60 * 1000;

const rememberedMax = 50_000;

type Deps = {
  readonly db: Database;
  readonly clock: Clock;
  /** Tells the other processes, who may know the tokens already. */
  readonly announce: (keys: readonly string[], at: number) => void;
};

type Bearer = Pick<SessionClaims, 'clerkId' | 'sessionId' | 'issuedAt'>;

/** Idempotent. */
export async function createRevocationIndexes(db: Database): Promise<void> {
  await createIndexes(revocationModel(db));
}

/**
 * What ended while its tokens were still good. It is kept in the database, so that neither a restart nor another
 * process lets such a token in, and in memory, so that it counts at once here and in every process that hears of it.
 */
export class Revocations {
  readonly #deps: Deps;
  readonly #revokedAt = createBoundedCache<string, number>(rememberedMax);

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * A session ended. Tokens that name no session (those of Clerk's templates) may be of it: those of its person that
   * exist by now are refused as well, and whoever still has a session gets new ones.
   */
  async endSession(
    sessionId: string,
    { clerkId, at }: { readonly clerkId: string | null; readonly at: number },
  ) {
    await this.#add([`session:${sessionId}`, ...(clerkId === null ? [] : [`nameless:${clerkId}`])], at);
  }

  /** Every token of the person that was issued until then is void. */
  async endAll(clerkId: string, at: number): Promise<void> {
    await this.#add([`person:${clerkId}`], at);
  }

  /** Learns what the database knows of a token that is new to this process. */
  async recall(bearer: Bearer): Promise<void> {
    const found = await revocationModel(this.#deps.db)
      .find({ _id: { $in: keysOf(bearer) } })
      .lean();
    for (const { _id, at } of found) this.#remember(_id, at.getTime());
  }

  /** Another process heard of an end. */
  learn(keys: readonly string[], at: number): void {
    for (const key of keys) this.#remember(key, at);
  }

  /** Learns what ended since a moment, and answers whose tokens are meant: for who may have missed an announcement. */
  async recallSince(since: Date): Promise<RevocationDoc[]> {
    const found = await revocationModel(this.#deps.db)
      .find({ at: { $gte: since } })
      .lean();
    for (const { _id, at } of found) this.#remember(_id, at.getTime());
    return found;
  }

  /** Whether the token was revoked, as far as this process knows. */
  includes(bearer: Bearer): boolean {
    return keysOf(bearer).some((key) => {
      const at = this.#revokedAt.get(key);
      if (at === undefined || this.#deps.clock.now() - at >= rememberedForMs) return false;
      // A session that ended has no later tokens, whatever the clocks say.
      return key.startsWith('session:') || bearer.issuedAt <= at;
    });
  }

  async #add(keys: readonly string[], at: number): Promise<void> {
    const revokedAt = Math.max(at, this.#deps.clock.now());
    for (const key of keys) this.#remember(key, revokedAt);
    const expiresAt = new Date(revokedAt + rememberedForMs);
    await revocationModel(this.#deps.db).bulkWrite(
      keys.map((_id) => ({
        updateOne: {
          filter: { _id },
          update: { $max: { at: new Date(revokedAt), expiresAt } },
          upsert: true,
        },
      })),
    );
    this.#deps.announce(keys, revokedAt);
  }

  #remember(key: string, at: number): void {
    this.#revokedAt.set(key, Math.max(at, this.#revokedAt.get(key) ?? 0));
  }
}

function keysOf({ clerkId, sessionId }: Bearer): string[] {
  return [sessionId === null ? `nameless:${clerkId}` : `session:${sessionId}`, `person:${clerkId}`];
}
