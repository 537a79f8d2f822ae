import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers with JSON that no cache keeps. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(JSON.stringify(body));
}

/** Answers an upgrade that is not taken, and cuts the connection, which belongs to nobody from here on. */
export function refuseUpgrade(stream: Duplex, status: 404 | 503): void {
  // Nobody else listens: without this, a peer that resets the connection would end the process.
  stream.on('error', () => stream.destroy());
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  stream.end(head, () => stream.destroy());
}

const requestIds = new WeakMap<IncomingMessage, string>();

/** The id a request goes by in logs and in the `x-request-id` header: the proxy's, when it sent a plain one. */
export function requestIdOf(request: IncomingMessage): string {
  const known = requestIds.get(request);
  if (known) return known;
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : randomUUID();
  requestIds.set(request, id);
  return id;
}
