import type { IncomingMessage } from 'node:http';

/** Headers that proxies and balancers add to say for whom they ask; one is enough to know that there is one. */
const forwardedHeaders =
  /^(forwarded|via|x-(forwarded|original|real-ip|client-ip|cluster-client|envoy|amzn|azure|appengine|arr)|cf-|true-client-ip|fastly-|fly-|cdn-loop)/;

/**
 * Whether a program on this machine asks, for itself. The Host header is checked as well as the peer, because a
 * web page whose name was made to resolve to 127.0.0.1 sends its own name there, and a request that a proxy on
 * this machine passes on is not local.
 */
export function isLocalRequest({ socket, headers, httpVersion }: IncomingMessage): boolean {
  return (
    // Without being told otherwise, nginx adds no header at all, and asks in HTTP/1.0.
    httpVersion !== '1.0' &&
    !Object.keys(headers).some((name) => forwardedHeaders.test(name)) &&
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
