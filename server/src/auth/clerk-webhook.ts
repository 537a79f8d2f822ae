import { verifyWebhook, type WebhookEvent } from '@clerk/backend/webhooks';
import { limits } from '@whisper/shared';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppContext } from '../app-context.ts';
import { AppError, toAppError } from '../platform/errors.ts';
import { sendJson } from '../platform/http.ts';
import { deleteUser } from '../users/delete-user.ts';
import { updateUser } from '../users/update-user.ts';
import { ClerkUserSchema, toPerson } from './clerk-user.ts';
import { readBody, sendError } from './read-body.ts';

type Deps = Pick<AppContext, 'env' | 'log' | 'db' | 'clock' | 'people' | 'connections' | 'revokedSessions'>;

/**
 * `POST /webhooks/clerk`. Every event may come twice, late or out of order: each is applied so that this changes
 * nothing. An event that could not be stored is answered with an error, and Clerk sends it again.
 */
export async function handleClerkWebhook(
  app: Deps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const event = await receive(app, request);
    await apply(app, event);
    app.log.info({ event: event.type }, 'clerk webhook applied');
    sendJson(response, 200, { received: true });
  } catch (error) {
    app.log.warn({ code: toAppError(error).code }, 'clerk webhook refused');
    sendError(response, error);
  }
}

async function receive({ env }: Deps, request: IncomingMessage): Promise<WebhookEvent> {
  const signingSecret = env.CLERK_WEBHOOK_SIGNING_SECRET;
  const route = `${request.method} ${request.url?.split('?')[0]}`;
  if (!signingSecret || route !== 'POST /webhooks/clerk') {
    throw new AppError('NOT_FOUND', 'There is nothing here');
  }
  const body = await readBody(request, limits.frameBytesMax);
  const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  try {
    const signed = new Request('http://webhook.invalid/', { method: 'POST', headers, body });
    return await verifyWebhook(signed, { signingSecret });
  } catch (cause) {
    throw new AppError('BAD_REQUEST', 'The signature is not valid', { cause });
  }
}

/** Whatever else the webhook was subscribed to is received and ignored. */
async function apply(app: Deps, { type, data }: WebhookEvent): Promise<void> {
  if (type === 'user.created' || type === 'user.updated') {
    await updateUser(app, toPerson(parseUser(data)));
  } else if (type === 'user.deleted' && data.id) {
    app.connections.closeUser(await deleteUser(app, data.id), 'userDeleted');
  } else if (type === 'session.revoked' || type === 'session.ended' || type === 'session.removed') {
    app.revokedSessions.add(data.id);
    app.connections.closeSession(data.id, 'sessionRevoked');
  }
}

function parseUser(data: unknown) {
  const parsed = ClerkUserSchema.safeParse(data);
  if (!parsed.success)
    throw new AppError('BAD_REQUEST', 'The user record cannot be read', { cause: parsed.error });
  return parsed.data;
}
