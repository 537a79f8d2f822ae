import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { Env } from '../platform/env.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';

const answerTimeoutMs = 10_000;

/** While Clerk fails it is left alone this long, and after each further failure twice as long. */
const pauseMs = { first: 1_000, longest: 30_000 };

/** The version that @clerk/backend 3.25 speaks. */
const apiVersion = '2026-05-12';

const JwksSchema = z.object({ keys: z.array(z.object({ kid: z.string(), n: z.string(), e: z.string() })) });

type ClerkJwk = z.infer<typeof JwksSchema>['keys'][number];

type Options = {
  readonly env: Pick<Env, 'CLERK_SECRET_KEY' | 'CLERK_API_URL'>;
  readonly clock: Clock;
  readonly log: Logger;
};

/**
 * The two questions we ask Clerk's API. Plain fetch, because Clerk's own client waits without an end and trips over
 * records that leave out fields we never read. Throws SERVICE_UNAVAILABLE when there is no usable answer, and for a
 * while after that without asking, so that neither Clerk nor the log hears of everyone who tries meanwhile.
 */
export class ClerkApi {
  readonly #url: string;
  readonly #secretKey: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  #pauseMs = 0;
  #resumesAt = Number.NEGATIVE_INFINITY;
  #isTrying = false;

  constructor({ env: { CLERK_SECRET_KEY = '', CLERK_API_URL }, clock, log }: Options) {
    this.#url = CLERK_API_URL ?? 'https://api.clerk.com';
    this.#secretKey = CLERK_SECRET_KEY;
    this.#clock = clock;
    this.#log = log;
  }

  async signingKeys(): Promise<ClerkJwk[]> {
    return this.#get('/v1/jwks', (body) => JwksSchema.parse(body).keys);
  }

  /** What `read` makes of the person's record; null when there is no such person. */
  async user<T>(clerkId: string, read: (record: unknown) => T): Promise<T | null> {
    return this.#get(`/v1/users/${encodeURIComponent(clerkId)}`, (body) =>
      body === null ? null : read(body),
    );
  }

  async #get<T>(path: string, read: (body: unknown) => T): Promise<T> {
    if (this.#leftMs > 0 || this.#isTrying) throw this.#unavailable();
    // Whoever comes first after a pause finds out for all whether Clerk is back.
    this.#isTrying = this.#pauseMs > 0;
    try {
      const response = await fetch(this.#url + path, {
        headers: { authorization: `Bearer ${this.#secretKey}`, 'clerk-api-version': apiVersion },
        signal: AbortSignal.timeout(answerTimeoutMs),
      });
      if (response.status !== 404 && !response.ok) throw new Error(`Clerk answered ${response.status}`);
      const body: unknown = await response.json();
      this.#pauseMs = 0;
      return read(response.ok ? body : null);
    } catch (cause) {
      this.#pause(cause);
      throw this.#unavailable(cause);
    } finally {
      this.#isTrying = false;
    }
  }

  /** Of the requests that were under way together only the first to fail counts. */
  #pause(cause: unknown): void {
    if (this.#leftMs > 0) return;
    this.#pauseMs = Math.min(Math.max(pauseMs.first, this.#pauseMs * 2), pauseMs.longest);
    this.#resumesAt = this.#clock.now() + this.#pauseMs;
    this.#log.error({ err: cause, pauseMs: this.#pauseMs }, 'Clerk gave no usable answer');
  }

  get #leftMs(): number {
    return this.#resumesAt - this.#clock.now();
  }

  #unavailable(cause?: unknown): AppError {
    const retryAfterMs = this.#isTrying ? pauseMs.first : Math.max(0, this.#leftMs);
    return new AppError('SERVICE_UNAVAILABLE', 'Signing in is not possible right now', {
      cause,
      retryAfterMs,
    });
  }
}
