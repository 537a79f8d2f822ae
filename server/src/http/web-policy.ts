import type { Env } from '../platform/env.ts';
import { pagePolicy } from './static-files.ts';

/** Development instances of Clerk, and the check against robots that its sign-in form may show. */
const clerkHosts = ['https://*.clerk.accounts.dev'];
const challengeHost = 'https://challenges.cloudflare.com';

/**
 * The page policy; with Clerk also what its components need, which load from the instance's own host and bring
 * their styles inline. Scripts stay bound to named hosts either way.
 */
export function webPolicy(env: Pick<Env, 'isLocalIssuer' | 'CLERK_AUTHORIZED_PARTIES'>): string {
  if (env.isLocalIssuer) return pagePolicy;
  const hosts = [...clerkHosts, ...(env.CLERK_AUTHORIZED_PARTIES ?? []).flatMap(clerkHostsOf)].join(' ');
  const additions = [
    ['script-src', `${hosts} ${challengeHost}`],
    ['style-src', "'unsafe-inline'"],
    ['connect-src', hosts],
    ['worker-src', 'blob:'],
  ] as const;
  const widened = additions.reduce(
    (policy, [directive, sources]) => policy.replace(`${directive} 'self'`, `${directive} 'self' ${sources}`),
    pagePolicy,
  );
  return `${widened}; frame-src ${challengeHost}`;
}

/** A production instance answers at `clerk.` of the app's domain or of one above it. */
function clerkHostsOf(origin: string): string[] {
  const labels = URL.canParse(origin) ? new URL(origin).hostname.split('.') : [];
  return labels.slice(0, -1).map((_, index) => `https://clerk.${labels.slice(index).join('.')}`);
}
