import { limits } from '@whisper/shared';
import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import { AppError, toAppError } from '../platform/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { Person } from './person.ts';
import type { RevokedSessions } from './revoked-sessions.ts';
import type { SessionClaims, TokenVerifier } from './token-verifier.ts';
import { invalidToken } from './verify-session-token.ts';
import type { Authenticate, Viewer } from './viewer.ts';

/** How far the issuer's clock may be from ours, either way. */
const clockSkewMs = 30_000;

const rememberedTokensMax = 10_000;

type Deps = {
  readonly log: Logger;
  readonly clock: Clock;
  readonly revokedSessions: RevokedSessions;
  /** The person behind a Clerk id, made from `fetchPerson` on first contact; UNAUTHORIZED for the deleted. */
  readonly ensureUser: (clerkId: string, fetchPerson: () => Promise<Person>) => Promise<Viewer>;
};

/**
 * Makes the one way from a token to a person. It throws UNAUTHORIZED for every token that does not prove who
 * calls, SERVICE_UNAVAILABLE when Clerk or the database cannot be asked, and provisions on first contact.
 * `expiredForAtMostMs` lets a token in that expired so long ago, for clients that cannot get another one.
 */
export function createAuthenticate(
  deps: Deps,
  { verifier, directory }: Pick<IdentityProvider, 'verifier' | 'directory'>,
): Authenticate {
  const verify = rememberVerified(verifier);
  return async (token, { expiredForAtMostMs = 0 } = {}) => {
    if (!token) throw new AppError('UNAUTHORIZED', 'Sign in first');
    if (token.length > limits.tokenLengthMax) throw invalidToken();
    try {
      const { clerkId, sessionId, ...times } = await verify(token);
      requireInTime(times, deps.clock.now(), expiredForAtMostMs);
      const viewer = await deps.ensureUser(clerkId, () => directory.fetchPerson(clerkId));
      // Last, so that a revocation which arrived during the look-ups counts.
      if (sessionId !== null && deps.revokedSessions.has(sessionId)) {
        throw new AppError('UNAUTHORIZED', 'The session was revoked');
      }
      return { viewer, sessionId, expiresAt: times.expiresAt };
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code !== 'UNAUTHORIZED') deps.log.error({ err: error.cause }, 'authenticating failed');
      throw error;
    }
  };
}

/** A signature check costs about 0.2 ms, and a client sends the same token for a minute. */
function rememberVerified(verifier: TokenVerifier): TokenVerifier['verify'] {
  const verified = new LRUCache<string, SessionClaims>({ max: rememberedTokensMax });
  return async (token) => {
    const key = hash('sha256', token, 'base64');
    const known = verified.get(key);
    if (known) return known;
    const claims = await verifier.verify(token);
    verified.set(key, claims);
    return claims;
  };
}

type Times = Pick<SessionClaims, 'notBefore' | 'expiresAt'>;

function requireInTime({ notBefore, expiresAt }: Times, now: number, expiredForAtMostMs: number): void {
  if (now + clockSkewMs < notBefore) throw new AppError('UNAUTHORIZED', 'The session token is not valid yet');
  if (now - clockSkewMs - expiredForAtMostMs >= expiresAt) {
    throw new AppError('UNAUTHORIZED', 'The session token expired');
  }
}
