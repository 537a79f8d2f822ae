import { devOrigin, type DevIssuer } from './dev-issuer.ts';
import type { TokenVerifier } from './token-verifier.ts';
import { verifySessionToken } from './verify-session-token.ts';

export function createDevVerifier({ publicKey }: Pick<DevIssuer, 'publicKey'>): TokenVerifier {
  const expected = { parties: [devOrigin], issuers: [devOrigin] };
  return { verify: (token) => verifySessionToken(token, expected, () => publicKey) };
}
