import { verifyToken } from '@clerk/backend';
import { decodeJwt } from '@clerk/backend/jwt';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import type { SessionClaims } from './token-verifier.ts';

/** Whom a token must be meant for and come from; what is undefined is not known, and not asked. */
export type Expected = {
  readonly parties?: readonly string[] | undefined;
  readonly issuers?: readonly string[] | undefined;
  /** A token that names an audience must name one of these; there is none unless somebody says so. */
  readonly audiences?: readonly string[] | undefined;
  /** What a moderator's token says, and under which path of its claims. */
  readonly moderator?: { readonly path: readonly string[]; readonly value: string } | undefined;
};

const secondsSchema = z.number().min(0).max(1e10);

const ClaimsSchema = z.object({
  sub: z.string().min(1).max(255),
  sid: z.string().min(1).max(255).optional(),
  /** A session with unfinished tasks is `pending`: Clerk treats it as signed out, and so do we. */
  sts: z.literal('active').optional(),
  azp: z.string().optional(),
  iss: z.string().optional(),
  aud: z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional(),
  iat: secondsSchema.default(0),
  nbf: secondsSchema.default(0),
  exp: secondsSchema,
});

/**
 * The one place where a token's key and claims are checked, whoever issued it. `findKey` is asked for the key, as PEM,
 * only when the claims would do: whatever else somebody makes up costs nobody a request.
 */
export async function verifySessionToken(
  token: string,
  expected: Expected,
  findKey: (keyId: string) => string | undefined | Promise<string | undefined>,
): Promise<SessionClaims> {
  const { header, payload } = decode(token);
  readClaims(payload, expected);
  const jwtKey = await findKey(header.kid);
  if (jwtKey === undefined) throw invalidToken('The key id is unknown');
  try {
    // The times are judged by authenticate, on the server's clock and again whenever the answer is reused.
    return readClaims(await verifyToken(token, { jwtKey, clockSkewInMs: Number.MAX_SAFE_INTEGER }), expected);
  } catch (cause) {
    throw invalidToken(cause);
  }
}

function decode(token: string) {
  try {
    return decodeJwt(token);
  } catch (cause) {
    throw invalidToken(cause);
  }
}

function readClaims(payload: unknown, expected: Expected): SessionClaims {
  const { parties, issuers, audiences = [] } = expected;
  const { data, error } = ClaimsSchema.safeParse(payload);
  if (!data) throw invalidToken(error);
  const { sub, sid, azp, iss, aud, iat, nbf, exp } = data;
  if (azp !== undefined && parties && !parties.includes(azp)) throw invalidToken('The party is foreign');
  if (issuers && !(iss !== undefined && issuers.includes(iss))) throw invalidToken('The issuer is foreign');
  if (aud && !aud.some((each) => audiences.includes(each))) throw invalidToken('The audience is foreign');
  return {
    clerkId: sub,
    sessionId: sid ?? null,
    party: azp ?? null,
    isModerator: saysModerator(payload, expected.moderator),
    issuedAt: iat * 1000,
    notBefore: Math.max(iat, nbf) * 1000,
    expiresAt: exp * 1000,
  };
}

function saysModerator(payload: unknown, moderator: Expected['moderator']): boolean {
  if (!moderator) return false;
  let found: unknown = payload;
  for (const name of moderator.path) {
    const isThere = typeof found === 'object' && found !== null && Object.hasOwn(found, name);
    found = isThere ? (found as Readonly<Record<string, unknown>>)[name] : undefined;
  }
  return Array.isArray(found) ? found.includes(moderator.value) : found === moderator.value;
}

/** Why a token was refused, in our words. */
class TokenFault extends Error {
  override readonly name = 'TokenFault';
}

export function invalidToken(why?: unknown): AppError {
  const cause = typeof why === 'string' ? new TokenFault(why) : why;
  return new AppError('UNAUTHORIZED', 'The session token is not valid', { cause });
}

/**
 * What to write down of a refused token. Nothing in it comes from the token: what a parser says of one quotes it, so only
 * our own words and Clerk's closed list of reasons are taken.
 */
export function refusalReasonOf({ message, cause }: AppError): string {
  if (cause === undefined || cause instanceof TokenFault) return cause?.message ?? message;
  if (cause instanceof z.ZodError) {
    return `These claims are missing or malformed: ${cause.issues.map(({ path }) => path.join('.')).join(', ')}`;
  }
  return 'reason' in cause && typeof cause.reason === 'string' ? cause.reason : cause.name;
}
