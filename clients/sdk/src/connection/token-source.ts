import type { Clock } from '../clock.ts';
import { singleFlight } from '../single-flight.ts';

/** Gives a session token; `null` means that nobody is signed in. May answer from a cache of its own. */
export type GetToken = () => Promise<string | null> | string | null;

type Held = { readonly token: string; readonly renewAt: number };

/** What asking for a token may take. */
const askingMs = 10_000;
/** A token is renewed when this part of its life is left. */
const renewalShare = 0.25;
/** What a token is taken to live when it does not say. */
const defaultLifetimeMs = 60_000;

/**
 * The current session token, asked for once however many calls need it and kept until shortly before it expires.
 * Expiry is reckoned on this device's clock, whatever that clock says: the freshest token ever received shows
 * how far it is off the issuer's.
 */
export class TokenSource {
  readonly #getToken: GetToken;
  readonly #clock: Clock;
  #held: Held | undefined;
  readonly #askOnce = singleFlight(() => this.#ask());
  #giveUp: (reason: Error) => void = () => undefined;
  #skewMs = Number.POSITIVE_INFINITY;

  constructor(getToken: GetToken, clock: Clock) {
    this.#getToken = getToken;
    this.#clock = clock;
  }

  /** Rejects with what `getToken` threw, and when it did not answer in time. */
  get(): Promise<string | null> {
    if (this.#held && this.renewInMs() > 0) return Promise.resolve(this.#held.token);
    return this.#askOnce();
  }

  /** The server refused the token: ask for another. */
  forget(): void {
    this.#held = undefined;
  }

  /** Fails an asking that is under way, so that the next call asks anew. */
  abandon(): void {
    this.#giveUp(new Error('Asking for a token was given up'));
  }

  /** How long until the token should be replaced; 0 when there is none. */
  renewInMs(): number {
    return Math.max(0, (this.#held?.renewAt ?? 0) - this.#clock.now());
  }

  async #ask(): Promise<string | null> {
    const token = await this.#answerInTime();
    this.#held = token === null ? undefined : { token, renewAt: this.#renewalTime(token) };
    return token;
  }

  async #answerInTime(): Promise<string | null> {
    const givenUp = new Promise<never>((_, reject) => {
      this.#giveUp = reject;
    });
    const cancel = this.#clock.after(askingMs, () => this.#giveUp(new Error('No token came in time')));
    try {
      return await Promise.race([this.#getToken(), givenUp]);
    } finally {
      cancel();
      this.#giveUp = () => undefined;
    }
  }

  #renewalTime(token: string): number {
    const now = this.#clock.now();
    const claims = readClaims(token);
    if (claims.exp === undefined) return now + defaultLifetimeMs * (1 - renewalShare);
    const expiresAt = claims.exp * 1000;
    const issuedAt = claims.iat === undefined ? expiresAt - defaultLifetimeMs : claims.iat * 1000;
    this.#skewMs = Math.min(this.#skewMs, now - issuedAt);
    return expiresAt + this.#skewMs - (expiresAt - issuedAt) * renewalShare;
  }
}

/** The claims are not verified; the server does that. */
function readClaims(token: string): { readonly exp?: number; readonly iat?: number } {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: unknown = JSON.parse(atob(payload));
    if (typeof claims !== 'object' || claims === null) return {};
    return {
      ...('exp' in claims && typeof claims.exp === 'number' && { exp: claims.exp }),
      ...('iat' in claims && typeof claims.iat === 'number' && { iat: claims.iat }),
    };
  } catch {
    return {};
  }
}
