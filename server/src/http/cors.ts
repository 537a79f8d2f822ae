import cors from 'cors';
import type { IncomingMessage } from 'node:http';
import type { Env } from '../platform/env.ts';

type Origins = Pick<Env, 'isProduction' | 'FRONTEND_URL' | 'CLERK_AUTHORIZED_PARTIES'>;

/** Where the existing apps are developed: Expo's and Vite's default addresses. */
const developmentOrigins = ['http://localhost:8081', 'http://localhost:5173'];

/**
 * Names the browser origins that may read answers, with credentials; never `*`. A request without an Origin, or
 * from elsewhere, is served all the same: React Native sends none.
 */
export function createCors(env: Origins) {
  return cors({ origin: namedOrigins(env), credentials: true });
}

function namedOrigins({ isProduction, FRONTEND_URL = [] }: Origins): string[] {
  return [...(isProduction ? [] : developmentOrigins), ...FRONTEND_URL];
}

/**
 * Whether a page asks that is neither our own nor named: its browser adds the cookies of whoever is signed in, who
 * knows nothing of it. A browser that leaves the Origin out says by `Sec-Fetch-Site` whose page it is; what is no
 * browser says neither and has no cookies but its own.
 */
export function isForeignPage(env: Origins, { headers }: IncomingMessage): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin === undefined) return site !== undefined && site !== 'same-origin' && site !== 'none';
  const ours = [...namedOrigins(env), ...(env.CLERK_AUTHORIZED_PARTIES ?? [])];
  // The scheme is not compared: behind a proxy that ends TLS this server does not know its own.
  const isOwn = host !== undefined && /^https?:\/\/(.+)$/.exec(origin)?.[1] === host.toLowerCase();
  return !isOwn && !ours.includes(origin);
}
