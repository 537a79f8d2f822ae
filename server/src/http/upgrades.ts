import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

export function isWebSocketUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

type Upgrade = { readonly request: IncomingMessage; readonly stream: Duplex; readonly head: Buffer };

/**
 * Answers a request to upgrade to something that is not offered, such as h2c, as the plain request that it is too: the
 * connection begins again with the same request, less what asked for the upgrade. Node has stopped reading HTTP from it,
 * so whatever followed is put back unread. Nobody who hears of the upgrade later finds a path of theirs.
 */
export function answerPlainly(http: Server, { request, stream, head }: Upgrade): void {
  stream.unshift(Buffer.concat([Buffer.from(plainHeadOf(request), 'latin1'), head]));
  request.url = '/';
  http.emit('connection', stream);
}

const hopByHop = new Set(['upgrade', 'connection', 'http2-settings']);

function plainHeadOf({ method, url, rawHeaders, httpVersion }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && !hopByHop.has(name.toLowerCase()) ? [`${name}: ${rawHeaders[index + 1]}\r\n`] : [],
  );
  return `${method} ${url} HTTP/${httpVersion}\r\n${lines.join('')}\r\n`;
}
