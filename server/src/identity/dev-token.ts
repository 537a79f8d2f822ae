import { demoPeople, DevTokenInputSchema } from '@whisper/shared';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../platform/errors.ts';
import { sendJson } from '../http/answer.ts';
import { isLanRequest, isLocalRequest } from '../http/local-request.ts';
import type { DevIssuer } from './dev-issuer.ts';
import { readJson, sendError } from '../http/body.ts';

const bodyBytesMax = 4096;

const nameWanted =
  'Send { "user": "a name" }: at most 40 letters, digits, spaces, dots, _ and -, a letter or digit first';

export type DevSignIn = {
  /** Null where Clerk is configured. */
  readonly issuer: DevIssuer | null;
  readonly isForLan: boolean;
};

/**
 * `POST /dev/token` and `GET /dev/people`, for programs on this machine alone, and with DEV_SIGN_IN_LAN for devices in this
 * network. No CORS header is ever sent, so no other origin's page can read an answer.
 */
export async function handleDevToken(
  { issuer, isForLan }: DevSignIn,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (!issuer) throw new AppError('NOT_FOUND', 'There is no local issuer here');
    if (!isLocalRequest(request) && !(isForLan && isLanRequest(request))) {
      const where = isForLan ? 'this network' : 'this machine';
      throw new AppError('FORBIDDEN', `The local issuer serves ${where} only`);
    }
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
