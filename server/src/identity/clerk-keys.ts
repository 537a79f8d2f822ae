import type { Clock } from '../platform/clock.ts';
import type { ClerkApi } from './clerk-api.ts';
import { publicPemOf } from './public-pem.ts';

/** A key that Clerk withdrew is trusted no longer than this. */
const freshForMs = 5 * 60 * 1000;

/** Tokens with made-up key ids cost Clerk one request in this time, however many there are. */
const retryAfterMs = 5_000;

/**
 * Clerk's signing keys as PEM, fetched when first needed and shared by all who wait. While Clerk does not answer,
 * the keys that are known stay good.
 */
export class ClerkKeys {
  readonly #api: ClerkApi;
  readonly #clock: Clock;
  #keys: ReadonlyMap<string, string> = new Map();
  #staleAt = Number.NEGATIVE_INFINITY;
  #retryAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(api: ClerkApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Undefined when Clerk has no such key; throws SERVICE_UNAVAILABLE when that cannot be known. */
  async find(keyId: string): Promise<string | undefined> {
    const now = this.#clock.now();
    const isKnown = this.#keys.has(keyId);
    if (now >= (isKnown ? this.#staleAt : this.#retryAt)) {
      this.#fetching ??= this.#fetch().finally(() => {
        this.#fetching = undefined;
      });
      await this.#fetching.catch((error: unknown) => {
        if (!isKnown) throw error;
        this.#staleAt = now + retryAfterMs;
      });
    }
    return this.#keys.get(keyId);
  }

  async #fetch(): Promise<void> {
    const keys = await this.#api.signingKeys();
    const pems = keys.map(async (key) => [key.kid, await publicPemOf(key)] as const);
    this.#keys = new Map(await Promise.all(pems));
    this.#staleAt = this.#clock.now() + freshForMs;
    this.#retryAt = this.#clock.now() + retryAfterMs;
  }
}
