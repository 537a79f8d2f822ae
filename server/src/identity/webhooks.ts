import { verifyWebhook, type WebhookEvent } from '@clerk/backend/webhooks';
import { limits } from '@whisper/shared';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z, type ZodType } from 'zod';
import type { CloseReason, UserId } from '@whisper/shared';
import { AppError, toAppError } from '../platform/errors.ts';
import { sendJson } from '../http/answer.ts';
import type { Env } from '../platform/env.ts';
import type { Logger } from '../platform/logger.ts';
import { ClerkUserSchema, toPerson, type ClerkUser } from './clerk-user.ts';
import type { Person } from './person.ts';
import type { Revocations } from './revocations.ts';
import { readBody, sendError } from '../http/body.ts';

const SessionSchema = z.object({
  id: z.string().min(1),
  user_id: z.string().min(1).nullish(),
  updated_at: z.number().nullish(),
});

type Deps = {
  readonly env: Pick<Env, 'CLERK_WEBHOOK_SIGNING_SECRET'>;
  readonly log: Logger;
  readonly revocations: Revocations;
  readonly closeUser: (userId: UserId, reason: CloseReason) => void;
  /** Closes the connections whose token named no session. */
  readonly closeNameless: (userId: UserId, reason: CloseReason) => void;
  readonly closeSession: (sessionId: string, reason: CloseReason) => void;
  /** Nothing is pushed any more to devices that were registered in the session, or to any of the person's. */
  readonly removeDevicesOfSession: (sessionId: string) => Promise<void>;
  readonly removeDevicesOf: (userId: UserId) => Promise<void>;
  /** Null of someone never seen here. */
  readonly findUserId: (clerkId: string) => Promise<UserId | null>;
  /** Takes over what Clerk says of a person, who may be new. */
  readonly updateUser: (person: Person) => Promise<void>;
  /** Throws somebody out and erases what is theirs, in a while; who was never seen here never comes. */
  readonly eraseUser: (clerkId: string) => Promise<void>;
};

/**
 * `POST /webhooks/clerk`. Every event may come twice, late or out of order: each is applied so that this changes
 * nothing. An event that could not be stored is answered with an error, and Clerk sends it again.
 */
export async function handleClerkWebhook(
  deps: Deps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const event = await receive(deps, request);
    await apply(deps, event);
    deps.log.info({ event: event.type }, 'clerk webhook applied');
    sendJson(response, 200, { received: true });
  } catch (error) {
    deps.log.warn({ code: toAppError(error).code }, 'clerk webhook refused');
    sendError(response, error);
  }
}

async function receive({ env }: Deps, request: IncomingMessage): Promise<WebhookEvent> {
  const signingSecret = env.CLERK_WEBHOOK_SIGNING_SECRET;
  const route = `${request.method} ${request.url?.split('?')[0]}`;
  if (!signingSecret || route !== 'POST /webhooks/clerk') {
    throw new AppError('NOT_FOUND', 'There is nothing here');
  }
  const body = await readBody(request, limits.webhookBytesMax);
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
async function apply(deps: Deps, { type, data }: WebhookEvent): Promise<void> {
  if (type === 'user.created' || type === 'user.updated') {
    const user = parse(ClerkUserSchema, data);
    await deps.updateUser(toPerson(user));
    if (user.banned) await endAll(deps, user);
  } else if (type === 'user.deleted' && data.id) {
    await deps.eraseUser(data.id);
  } else if (type === 'session.revoked' || type === 'session.ended' || type === 'session.removed') {
    await endSession(deps, parse(SessionSchema, data));
  }
}

async function endSession(deps: Deps, session: z.infer<typeof SessionSchema>): Promise<void> {
  const { id, user_id: clerkId, updated_at: at } = session;
  await deps.revocations.endSession(id, { clerkId: clerkId ?? null, at: at ?? 0 });
  deps.closeSession(id, 'sessionRevoked');
  await deps.removeDevicesOfSession(id);
  if (!clerkId) return;
  // Whoever has another session comes back with a new token of it.
  const userId = await deps.findUserId(clerkId);
  if (userId) deps.closeNameless(userId, 'tokenExpired');
}

async function endAll(deps: Deps, { id, updated_at }: ClerkUser): Promise<void> {
  await deps.revocations.endAll(id, updated_at ?? 0);
  const userId = await deps.findUserId(id);
  if (!userId) return;
  deps.closeUser(userId, 'sessionRevoked');
  await deps.removeDevicesOf(userId);
}

function parse<T>(schema: ZodType<T>, data: unknown): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new AppError('BAD_REQUEST', 'The record cannot be read', { cause: parsed.error });
}
