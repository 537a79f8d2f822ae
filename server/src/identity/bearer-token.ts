import type { IncomingMessage } from 'node:http';

/** The token of an `Authorization: Bearer` header. */
export function bearerTokenOf(request: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
