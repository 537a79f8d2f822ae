import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { requestIdOf, sendJson } from './answer.ts';

/** Takes a request whose path begins with the segment it was registered for. */
export type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** Routes by the first segment of the path, such as `/trpc`. */
export type Routes = ReadonlyMap<string, Route>;

/** The one request listener: dispatch by the path's first segment, anything else is 404. */
export function createListener(routes: Routes): RequestListener {
  return (request, response) => {
    response.setHeader('x-request-id', requestIdOf(request));
    const route = routes.get(firstSegmentOf(request.url));
    if (route) route(request, response);
    else sendJson(response, 404, { message: 'Not found' });
  };
}

/** `/trpc` of `/trpc/chat.list?batch=1`. */
export function firstSegmentOf(url = '/'): string {
  return /^\/[^/?#]*/.exec(url)?.[0] ?? '/';
}

/** Resolves with the server's address when it takes connections. */
export function openPort(http: Server, { host, port }: { host: string; port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      const address = http.address();
      const actual = typeof address === 'object' && address ? address.port : port;
      resolve(`http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${actual}`);
    });
  });
}

/** The answers of a server that never end by themselves (SSE), so that closing need not wait for them. */
export class OpenStreams {
  readonly #streams = new Set<ServerResponse>();

  /** The listener, with its event streams remembered while they are open. */
  follow(listener: RequestListener): RequestListener {
    return (request, response) => {
      if (request.headers.accept === 'text/event-stream') {
        this.#streams.add(response);
        response.on('close', () => this.#streams.delete(response));
      }
      listener(request, response);
    };
  }

  destroy(): void {
    for (const stream of this.#streams) stream.destroy();
  }
}

/** Takes no more connections and resolves when all are gone: those in use at the deadline are cut. */
export async function closePort(http: Server, deadline: number): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  // A connection that is answered now stays open for the next request, which never comes.
  const sweep = setInterval(() => {
    if (Date.now() < deadline) http.closeIdleConnections();
    else http.closeAllConnections();
  }, 50);
  await closed;
  clearInterval(sweep);
}
