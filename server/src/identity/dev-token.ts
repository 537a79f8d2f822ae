import { demoPeople, DevTokenInputSchema } from '@whisper/shared';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../platform/errors.ts';
import { sendJson } from '../http/answer.ts';
import { isLocalRequest } from '../http/local-request.ts';
import type { DevIssuer } from './dev-issuer.ts';
import { readJson, sendError } from '../http/body.ts';

const bodyBytesMax = 4096;

const nameWanted =
  'Send { "user": "a name" }: at most 40 letters, digits, spaces, dots, _ and -, a letter or digit first';

/**
 * `POST /dev/token` and `GET /dev/people`, for programs on this machine alone. No CORS header is
 * ever sent, so no other origin's page can read an answer.
 */
export async function handleDevToken(
  issuer: DevIssuer | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (!issuer) throw new AppError('NOT_FOUND', 'There is no local issuer here');
    requireLocal(request);
    const route = `${request.method} ${request.url?.split('?')[0]}`;
    if (route === 'GET /dev/people') return sendJson(response, 200, { people: demoPeople });
    if (route !== 'POST /dev/token') throw new AppError('NOT_FOUND', 'There is nothing here');
    const parsed = DevTokenInputSchema.safeParse(await readJson(request, bodyBytesMax));
    if (!parsed.success) throw new AppError('BAD_REQUEST', nameWanted, { cause: parsed.error });
    const { token, expiresAt } = await issuer.issue(parsed.data.user);
    sendJson(response, 200, { token, expiresAt: expiresAt.toISOString() });
  } catch (error) {
    sendError(response, error);
  }
}

function requireLocal(request: IncomingMessage): void {
  if (!isLocalRequest(request)) throw new AppError('FORBIDDEN', 'The local issuer serves this machine only');
}
