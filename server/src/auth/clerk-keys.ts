import { createPublicKey } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { ClerkApi, ClerkJwk } from './clerk-api.ts';

/** A key that Clerk withdrew is trusted no longer than this. */
const freshForMs = 5 * 60 * 1000;

/** Tokens with made-up key ids cost Clerk one request in this time, however many there are. */
const retryAfterMs = 5_000;

/** Clerk's signing keys as PEM, fetched when first needed and shared by all who wait. */
export class ClerkKeys {
  readonly #api: ClerkApi;
  readonly #clock: Clock;
  #keys: ReadonlyMap<string, string> = new Map();
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(api: ClerkApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Undefined when Clerk has no such key; throws SERVICE_UNAVAILABLE when that cannot be known. */
  async find(keyId: string): Promise<string | undefined> {
    const ageMs = this.#clock.now() - this.#fetchedAt;
    if (ageMs >= freshForMs || (ageMs >= retryAfterMs && !this.#keys.has(keyId))) {
      this.#fetching ??= this.#fetch().finally(() => {
        this.#fetching = undefined;
      });
      await this.#fetching;
    }
    return this.#keys.get(keyId);
  }

  async #fetch(): Promise<void> {
    const keys = await this.#api.signingKeys();
    this.#keys = new Map(keys.map((key) => [key.kid, toPem(key)]));
    this.#fetchedAt = this.#clock.now();
  }
}

function toPem({ n, e }: ClerkJwk): string {
  return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();
}
