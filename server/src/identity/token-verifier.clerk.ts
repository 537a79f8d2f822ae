import { decodeJwt } from '@clerk/backend/jwt';
import type { Clock } from '../platform/clock.ts';
import type { Env } from '../platform/env.ts';
import type { ClerkApi } from './clerk-api.ts';
import { ClerkKeys } from './clerk-keys.ts';
import type { TokenVerifier } from './token-verifier.ts';
import { invalidToken, verifySessionToken } from './verify-session-token.ts';

type Options = {
  readonly env: Pick<Env, 'CLERK_JWT_KEY' | 'CLERK_AUTHORIZED_PARTIES'>;
  readonly api: ClerkApi;
  readonly clock: Clock;
};

/** Clerk's tokens: by CLERK_JWT_KEY without any network, else by the keys that Clerk publishes. */
export function createClerkVerifier({ env, api, clock }: Options): TokenVerifier {
  const keys = new ClerkKeys(api, clock);
  return {
    async verify(token) {
      const jwtKey = env.CLERK_JWT_KEY ?? (await keys.find(keyIdOf(token)));
      if (jwtKey === undefined) throw invalidToken('The key id is unknown');
      return verifySessionToken(token, { jwtKey, authorizedParties: env.CLERK_AUTHORIZED_PARTIES });
    },
  };
}

function keyIdOf(token: string): string {
  try {
    return decodeJwt(token).header.kid;
  } catch (cause) {
    throw invalidToken(cause);
  }
}
