import type { IncomingMessage } from 'node:http';
import { isForeignPage } from '../../http/cors.ts';
import { bearerTokenOf } from '../../identity/bearer-token.ts';
import { identify, type Asker } from '../../identity/identify.ts';
import type { WireDeps } from '../deps.ts';

/** Tokens of one request that are looked at. */
const cookiesMax = 8;

/**
 * Who asks, by the token of the Authorization header or else by Clerk's cookies; `Bearer null` is what the old web app
 * sends for none. A page of an origin that is not ours is served, but not in the name of whoever is signed in.
 */
export async function identifyRequest(
  { authenticate, env }: Pick<WireDeps, 'authenticate' | 'env'>,
  request: IncomingMessage,
): Promise<Asker> {
  const token = bearerTokenOf(request);
  if (token !== undefined && token !== 'null' && token !== 'undefined') return identify(authenticate, token);
  let nobody: Asker = { identity: null, refusal: null };
  if (isForeignPage(env, request)) return nobody;
  for (const cookie of sessionCookiesOf(request)) {
    const asker = await identify(authenticate, cookie, { isOfCookie: true });
    if (asker.identity) return asker;
    // That it cannot be known now says more than that another cookie is not for us.
    if (!nobody.refusal?.isRetryable) nobody = asker;
  }
  return nobody;
}

/**
 * Every app of Clerk on a site has its cookie there: `__session`, which the last of them has written, and its own
 * `__session_<suffix>`. Which is ours is known by whose key it is signed with.
 */
function sessionCookiesOf({ headers: { cookie = '' } }: IncomingMessage): string[] {
  const tokens = [...cookie.matchAll(/(?:^|;\s*)__session(?:_[\w-]+)?=([^;\s]+)/g)].map(
    ([, token = '']) => token,
  );
  return [...new Set(tokens)].slice(0, cookiesMax);
}
