import type { Clock } from '../platform/clock.ts';
import type { Env } from '../platform/env.ts';
import type { ClerkApi } from './clerk-api.ts';
import { ClerkKeys } from './clerk-keys.ts';
import type { TokenVerifier } from './token-verifier.ts';
import { verifySessionToken, type Expected } from './verify-session-token.ts';

type Options = {
  readonly env: Pick<
    Env,
    'CLERK_JWT_KEY' | 'CLERK_AUTHORIZED_PARTIES' | 'CLERK_ISSUER' | 'CLERK_AUDIENCE' | 'MODERATOR_CLAIM'
  >;
  readonly api: ClerkApi;
  readonly clock: Clock;
};

/** Clerk's tokens: by CLERK_JWT_KEY without any network, else by the keys that Clerk publishes. */
export function createClerkVerifier({ env, api, clock }: Options): TokenVerifier {
  const keys = new ClerkKeys(api, clock);
  const expected: Expected = {
    parties: env.CLERK_AUTHORIZED_PARTIES,
    issuers: env.CLERK_ISSUER,
    audiences: env.CLERK_AUDIENCE,
    moderator: env.MODERATOR_CLAIM,
  };
  return {
    verify: (token) => verifySessionToken(token, expected, (keyId) => env.CLERK_JWT_KEY ?? keys.find(keyId)),
  };
}
