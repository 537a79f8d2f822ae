import { z } from 'zod';
import type { Env } from '../platform/env.ts';
import { AppError } from '../platform/errors.ts';

const answerTimeoutMs = 10_000;

/** The version that @clerk/backend 3.25 speaks. */
const apiVersion = '2026-05-12';

const JwksSchema = z.object({ keys: z.array(z.object({ kid: z.string(), n: z.string(), e: z.string() })) });

type ClerkJwk = z.infer<typeof JwksSchema>['keys'][number];

/**
 * The two questions we ask Clerk's API. Plain fetch, because Clerk's own client waits without an end and trips over
 * records that leave out fields we never read. Throws SERVICE_UNAVAILABLE when there is no usable answer.
 */
export class ClerkApi {
  readonly #url: string;
  readonly #secretKey: string;

  constructor({ CLERK_SECRET_KEY = '', CLERK_API_URL }: Pick<Env, 'CLERK_SECRET_KEY' | 'CLERK_API_URL'>) {
    this.#url = (CLERK_API_URL ?? 'https://api.clerk.com').replace(/\/+$/, '');
    this.#secretKey = CLERK_SECRET_KEY;
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
    try {
      const response = await fetch(this.#url + path, {
        headers: { authorization: `Bearer ${this.#secretKey}`, 'clerk-api-version': apiVersion },
        signal: AbortSignal.timeout(answerTimeoutMs),
      });
      if (response.status !== 404 && !response.ok) throw new Error(`Clerk answered ${response.status}`);
      const body: unknown = await response.json();
      return read(response.ok ? body : null);
    } catch (cause) {
      throw new AppError('SERVICE_UNAVAILABLE', 'Signing in is not possible right now', { cause });
    }
  }
}
