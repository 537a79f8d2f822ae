import { verifyToken } from '@clerk/backend';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import type { SessionClaims } from './token-verifier.ts';

type Expected = {
  /** The public key as PEM. */
  readonly jwtKey: string;
  readonly authorizedParties?: readonly string[] | undefined;
  readonly issuer?: string | undefined;
};

const secondsSchema = z.number().min(0).max(1e10);

const ClaimsSchema = z.object({
  sub: z.string().min(1).max(255),
  sid: z.string().min(1).max(255).optional(),
  /** A session with unfinished tasks is `pending`: Clerk treats it as signed out, and so do we. */
  sts: z.literal('active').optional(),
  iat: secondsSchema.default(0),
  nbf: secondsSchema.default(0),
  exp: secondsSchema,
});

/** The one place where a token's signature and parties are checked, whoever issued it. */
export async function verifySessionToken(
  token: string,
  { jwtKey, authorizedParties, issuer }: Expected,
): Promise<SessionClaims> {
  try {
    const payload = await verifyToken(token, {
      jwtKey,
      ...(authorizedParties && { authorizedParties: [...authorizedParties] }),
      ...(issuer !== undefined && { issuer }),
      // The times are judged by authenticate, on the server's clock and again whenever the answer is reused.
      clockSkewInMs: Number.MAX_SAFE_INTEGER,
    });
    const { sub, sid, iat, nbf, exp } = ClaimsSchema.parse(payload);
    return {
      clerkId: sub,
      sessionId: sid ?? null,
      notBefore: Math.max(iat, nbf) * 1000,
      expiresAt: exp * 1000,
    };
  } catch (cause) {
    throw invalidToken(cause);
  }
}

export function invalidToken(cause?: unknown): AppError {
  return new AppError('UNAUTHORIZED', 'The session token is not valid', { cause });
}
