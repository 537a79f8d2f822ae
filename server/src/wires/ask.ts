import type { IncomingMessage } from 'node:http';
import { clientAddressOf } from '../http/client-address.ts';
import { identify, type Asker } from '../identity/identify.ts';
import { toAppError } from '../platform/errors.ts';
import type { WireDeps } from './deps.ts';

export type AskDeps = Pick<WireDeps, 'authenticate' | 'strangers' | 'rateLimits'>;

/** Who makes this request. Never throws; of those who are nobody an address may send so many and no more. */
export async function ask(
  deps: AskDeps,
  request: IncomingMessage,
  token: string | undefined,
): Promise<Asker> {
  return admitAsker(deps, request, await identify(deps.authenticate, token));
}

/** The same for a request of which it was found out already who makes it. */
export async function admitAsker(
  { strangers, rateLimits }: Pick<AskDeps, 'strangers' | 'rateLimits'>,
  request: IncomingMessage,
  asker: Asker,
): Promise<Asker> {
  if (asker.identity) {
    strangers.welcome(request.socket);
    return asker;
  }
  try {
    await rateLimits.spend({ budget: 'strangers', points: 1 }, clientAddressOf(request));
    return asker;
  } catch (error) {
    return { identity: null, refusal: toAppError(error) };
  }
}
