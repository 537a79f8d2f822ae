import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers with JSON that no cache keeps. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(JSON.stringify(body));
}

/** Answers who tried too often; nothing of what was asked is looked at until the time is over. */
export function sendTooMany(response: ServerResponse, retryAfterMs: number): void {
  response.setHeader('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  sendJson(response, 429, { code: 'TOO_MANY_REQUESTS', message: 'Too many tries, wait a moment' });
}

/** Sends the browser on to an address relative to the one it asked for, which holds below any path. */
export function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, 'cache-control': 'no-store' }).end();
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
