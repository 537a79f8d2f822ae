import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { UserId } from '@whisper/shared';
import { AppError } from '../../platform/errors.ts';
import type { Connection } from '../../delivery/connections.ts';
import type { Holder } from '../../delivery/held-bytes.ts';
import { afterExpiry, type ExpiryDeps } from '../../identity/after-expiry.ts';
import type { Identity } from '../../identity/viewer.ts';
import type { RequestContext } from '../../trpc.ts';
import type { WireDeps } from '../deps.ts';

/**
 * Makes the answer to a subscription (SSE) one of the person's connections: it counts like a socket, and ends with
 * the account, the session and the token, which cannot be refreshed on it. One too many becomes a refusal.
 */
export function followEventStream(
  deps: Pick<WireDeps, 'connections' | 'held'> & ExpiryDeps,
  context: RequestContext,
  response: ServerResponse,
): RequestContext {
  const { identity } = context;
  if (!identity || response.destroyed) return context;
  const stream = new EventStream(response, identity);
  if (!deps.connections.add(stream)) {
    const refusal = new AppError('TOO_MANY_REQUESTS', 'Too many connections for one person');
    return { ...context, identity: null, refusal };
  }
  const forget = deps.held.add(stream.userId, stream);
  const cancelExpiry = afterExpiry(deps, identity, () => stream.close());
  response.once('close', () => {
    cancelExpiry();
    forget();
    deps.connections.remove(stream);
  });
  return context;
}

class EventStream implements Connection, Holder {
  readonly id = randomUUID();
  readonly userId: UserId;
  readonly sessionId: string | null;
  readonly isHidden: boolean;
  /** Nothing can be said on it later, so it never counts as looked at. */
  readonly isForeground = false;
  readonly #response: ServerResponse;

  constructor(response: ServerResponse, { viewer, sessionId }: Identity) {
    this.userId = viewer.id;
    this.sessionId = sessionId;
    this.isHidden = viewer.isHidden;
    this.#response = response;
  }

  get heldBytes(): number {
    return this.#response.writableLength;
  }

  release(): void {
    this.close();
  }

  /** An EventSource comes back by itself and hears why it is refused, if it is. */
  close(): void {
    this.#response.destroy();
  }

  move(): void {
    this.close();
  }

  notifyDraining(): void {
    // There is nothing to say on this wire; a closing server ends the answer.
  }
}
