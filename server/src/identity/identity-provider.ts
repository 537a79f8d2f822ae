import type { Clock } from '../platform/clock.ts';
import type { Env } from '../platform/env.ts';
import type { Logger } from '../platform/logger.ts';
import { ClerkApi } from './clerk-api.ts';
import { openDevIssuer, type DevIssuer } from './dev-issuer.ts';
import { createClerkDirectory } from './directory.clerk.ts';
import { devDirectory } from './directory.dev.ts';
import type { IdentityDirectory } from './directory.ts';
import { createClerkVerifier } from './token-verifier.clerk.ts';
import { createDevVerifier } from './token-verifier.dev.ts';
import type { TokenVerifier } from './token-verifier.ts';

export type IdentityProvider = {
  readonly kind: 'clerk' | 'local';
  readonly verifier: TokenVerifier;
  readonly directory: IdentityDirectory;
  /** Only where people come from the local issuer. */
  readonly devIssuer: DevIssuer | null;
};

type Options = { readonly env: Env; readonly clock: Clock; readonly log: Logger };

/** Clerk when it is configured, the local issuer otherwise. */
export async function openIdentityProvider({ env, clock, log }: Options): Promise<IdentityProvider> {
  if (env.isLocalIssuer) {
    const devIssuer = await openDevIssuer({ dataDir: env.DATA_DIR, clock });
    return { kind: 'local', verifier: createDevVerifier(devIssuer), directory: devDirectory, devIssuer };
  }
  const api = new ClerkApi({ env, clock, log });
  return {
    kind: 'clerk',
    verifier: createClerkVerifier({ env, api, clock }),
    directory: createClerkDirectory(api, clock),
    devIssuer: null,
  };
}
