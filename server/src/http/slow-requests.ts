import type { IncomingMessage, Server } from 'node:http';

/**
 * Ends requests whose body is not there in time, as Node's own `requestTimeout` does; that one knows no exceptions. Those of
 * `pacedPath` may take as long as they go on: whoever takes them looks after that.
 */
export function endSlowRequests(
  http: Server,
  { withinMs, pacedPath }: { readonly withinMs: number; readonly pacedPath: string },
): void {
  http.prependListener('request', (request: IncomingMessage) => {
    if (!hasBody(request)) return;
    const timer = setTimeout(() => {
      if (request.complete || request.url?.startsWith(pacedPath)) return;
      const error = Object.assign(new Error('The request took too long'), {
        code: 'ERR_HTTP_REQUEST_TIMEOUT',
      });
      http.emit('clientError', error, request.socket);
    }, withinMs);
    timer.unref();
    request.once('close', () => clearTimeout(timer));
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
