import type { IncomingMessage } from 'node:http';

/**
 * Whether a program on this machine asks, for itself. The Host header is checked as well as the peer, because a
 * web page whose name was made to resolve to 127.0.0.1 sends its own name there, and a request that a proxy on
 * this machine passes on is not local.
 */
export function isLocalRequest({ socket, headers }: IncomingMessage): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  return (
    !isForwarded &&
    isLoopbackAddress(socket.remoteAddress) &&
    isLoopbackOrigin(`http://${headers.host ?? ''}`) &&
    (headers.origin === undefined || isLoopbackOrigin(headers.origin))
  );
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address ?? '');
}

function isLoopbackOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
