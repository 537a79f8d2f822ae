import { limits } from '@whisper/shared';
import { createBoundedCache } from '../platform/bounded-cache.ts';
import { hash } from 'node:crypto';
import { AppError, toAppError } from '../platform/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { Person } from './person.ts';
import type { Revocations } from './revocations.ts';
import type { SessionClaims, TokenVerifier } from './token-verifier.ts';
import { invalidToken, refusalReasonOf } from './verify-session-token.ts';
import type { Authenticate, Viewer } from './viewer.ts';

/** How far the issuer's clock may be from ours, either way. */
const clockSkewMs = 30_000;

const rememberedTokensMax = 10_000;

type FirstContact = { readonly fetchPerson: () => Promise<Person>; readonly issuedAt: number };

type Deps = {
  readonly log: Logger;
  readonly clock: Clock;
  readonly revocations: Revocations;
  /** Whether a setting names the person as a moderator. */
  readonly isNamedModerator: (viewer: Viewer) => boolean;
  /** The person behind a Clerk id, made on first contact; UNAUTHORIZED for the deleted. */
  readonly ensureUser: (clerkId: string, contact: FirstContact) => Promise<Viewer>;
};

/**
 * Makes the one way from a token to a person. It throws UNAUTHORIZED for every token that does not prove who
 * calls, FORBIDDEN for a suspended person, SERVICE_UNAVAILABLE when Clerk or the database cannot be asked, and provisions on first contact.
 * `expiredForAtMostMs` lets a token in that expired so long ago, for clients that cannot get another one. A token of
 * a cookie, which a browser sends by itself, must say for which page it was made.
 */
export function createAuthenticate(
  deps: Deps,
  { verifier, directory }: Pick<IdentityProvider, 'verifier' | 'directory'>,
): Authenticate {
  const verify = rememberVerified(verifier, deps.revocations);
  return async (token, { expiredForAtMostMs = 0, isOfCookie = false } = {}) => {
    if (!token) throw new AppError('UNAUTHORIZED', 'Sign in first');
    try {
      if (token.length > limits.tokenLengthMax) throw invalidToken('It is too long');
      const claims = await verify(token);
      const { clerkId, sessionId, party, issuedAt, expiresAt } = claims;
      if (isOfCookie && party === null) throw invalidToken('The cookie names no party');
      requireInTime(claims, deps.clock.now(), expiredForAtMostMs);
      const viewer = await deps.ensureUser(clerkId, {
        fetchPerson: () => directory.fetchPerson(clerkId),
        issuedAt,
      });
      // Last, so that a revocation which arrived during the look-ups counts.
      if (deps.revocations.includes(claims)) throw new AppError('UNAUTHORIZED', 'The session was revoked');
      const isModerator = claims.isModerator || deps.isNamedModerator(viewer);
      return { viewer, sessionId, expiresAt, isModerator };
    } catch (thrown) {
      if (!(thrown instanceof AppError)) deps.log.error({ err: thrown }, 'authenticating failed');
      else if (thrown.code === 'UNAUTHORIZED')
        deps.log.info({ reason: refusalReasonOf(thrown) }, 'a token was refused');
      throw toAppError(thrown);
    }
  };
}

/** A signature check costs about 0.2 ms and a look-up as much, and a client sends the same token for a minute. */
function rememberVerified(verifier: TokenVerifier, revocations: Revocations): TokenVerifier['verify'] {
  const verified = createBoundedCache<string, SessionClaims>(rememberedTokensMax);
  return async (token) => {
    const key = hash('sha256', token, 'base64');
    const known = verified.get(key);
    if (known) return known;
    const claims = await verifier.verify(token);
    await revocations.recall(claims);
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
