import type { LoopShare } from '@whisper/trpc-socket';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { redirect, requestIdOf, sendJson } from './answer.ts';
import { isItself, withClosingSlash } from './base-path.ts';

/** Takes a request whose path begins with the segment it was registered for. */
export type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** Routes by the first segment of the path, such as `/trpc`. */
export type Routes = ReadonlyMap<string, Route>;

type ListenerOptions = {
  readonly routes: Routes;
  /** What a proxy leaves in front of every path; taken off by `takeOffBasePath` before a request gets here. */
  readonly basePath: string;
  /** Says in the answer which pages may read it. */
  readonly applyCors: (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  /** Requests are begun as it lets them; whether the process lives is answered at once. */
  readonly share: Pick<LoopShare, 'hasRoom' | 'wait'>;
};

/** Answered at once, whatever else there is to do. */
const vitalPaths: ReadonlySet<string> = new Set(['/livez', '/health', '/readyz']);

/**
 * The one request listener: dispatch by the path's first segment. Anything else is 404 to a program, and the web app
 * to whoever looks at it in a browser, which says that there is no such page.
 */
export function createListener({ routes, basePath, applyCors, share }: ListenerOptions): RequestListener {
  const answerNobodys: Route = (request, response) => {
    const page = asksForPage(request) ? routes.get('/') : undefined;
    if (page) page(request, response);
    else sendJson(response, 404, { message: 'Not found' });
  };
  const dispatch: Route = (request, response) => {
    const route = routes.get(firstSegmentOf(request.url));
    if (route) route(request, response);
    else if (isItself(basePath, request.url)) redirect(response, withClosingSlash(request.url));
    else answerNobodys(request, response);
  };
  const answer: Route = (request, response) => {
    response.setHeader('x-request-id', requestIdOf(request));
    // The local sign-in is for programs and its own page: no other page reads an answer, whoever is named.
    if (firstSegmentOf(request.url) === localPath) dispatch(request, response);
    else applyCors(request, response, () => dispatch(request, response));
  };
  return (request, response) => {
    if (vitalPaths.has(firstSegmentOf(request.url)) || share.hasRoom) answer(request, response);
    else share.wait(() => answer(request, response));
  };
}

/** Somebody who follows or types an address, rather than a program that calls it. */
function asksForPage({ method, headers }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html');
}

/** The segment of what only this machine and its own pages may read. */
export const localPath = '/dev';

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
      resolve(`http://${reachable(host)}:${actual}`);
    });
  });
}

/** The host as a URL has it: of every address the local one, an IPv6 address in brackets. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** Ends the connection of every answer, whoever writes it, of which nothing was read for so long. */
export function endStalledAnswers(http: Server, stalledMs: number): void {
  // First, because Socket.IO keeps its requests from the listeners that were there before it.
  http.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    response.setTimeout(stalledMs, () => {
      // An answer that has nothing to say yet, as to a long poll, is not one that nobody reads.
      if (response.writableLength > 0) response.destroy();
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
