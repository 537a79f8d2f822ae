import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { UserId } from '@whisper/shared';
import { AppError } from '../platform/errors.ts';
import type { Connection } from '../realtime/connections.ts';
import { afterExpiry } from './after-expiry.ts';
import type { Identity, RequestContext } from './request-context.ts';

/**
 * Makes the answer to a subscription (SSE) one of the person's connections: it counts like a socket, and ends with
 * the account, the session and the token, which cannot be refreshed on it. One too many becomes a refusal.
 */
export function followEventStream(context: RequestContext, response: ServerResponse): RequestContext {
  const { app, identity } = context;
  if (!identity || response.destroyed) return context;
  const stream = new EventStream(response, identity);
  if (!app.connections.add(stream)) {
    const refusal = new AppError('TOO_MANY_REQUESTS', 'Too many connections for one person');
    return { ...context, identity: null, refusal };
  }
  const cancelExpiry = afterExpiry(app, identity, () => stream.close());
  response.once('close', () => {
    cancelExpiry();
    app.connections.remove(stream);
  });
  return context;
}

class EventStream implements Connection {
  readonly id = randomUUID();
  readonly userId: UserId;
  readonly sessionId: string | null;
  readonly #response: ServerResponse;

  constructor(response: ServerResponse, { viewer, sessionId }: Identity) {
    this.userId = viewer.id;
    this.sessionId = sessionId;
    this.#response = response;
  }

  /** An EventSource comes back by itself and hears why it is refused, if it is. */
  close(): void {
    this.#response.destroy();
  }

  notifyDraining(): void {
    // There is nothing to say on this wire; a closing server ends the answer.
  }
}
