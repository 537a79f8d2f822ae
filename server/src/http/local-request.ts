import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isPrivateNetwork, toNetwork } from './client-address.ts';

/** Headers that proxies and balancers add to say for whom they ask; one is enough to know that there is one. */
const forwardedHeaders =
  /^(forwarded|via|x-(forwarded|original|real-ip|client-ip|cluster-client|envoy|amzn|azure|appengine|arr)|cf-|true-client-ip|fastly-|fly-|cdn-loop)/;

/**
 * Whether a program on this machine asks, for itself. The Host header is checked as well as the peer, because a
 * web page whose name was made to resolve to 127.0.0.1 sends its own name there, and a request that a proxy on
 * this machine passes on is not local.
 */
export function isLocalRequest(request: IncomingMessage): boolean {
  const { socket, headers } = request;
  return (
    isDirect(request) &&
    isLoopbackAddress(socket.remoteAddress) &&
    isLoopbackOrigin(`http://${headers.host ?? ''}`) &&
    (headers.origin === undefined || isLoopbackOrigin(headers.origin))
  );
}

/**
 * Whether a device in this network asks, for itself, by an address and not by a name, which a web page could make
 * resolve to it. Of pages only the server's own may.
 */
export function isLanRequest(request: IncomingMessage): boolean {
  const { socket, headers } = request;
  const own = `http://${headers.host ?? ''}`;
  return (
    isDirect(request) &&
    isPrivateNetwork(toNetwork(socket.remoteAddress)) &&
    isPrivateOrigin(own) &&
    (headers.origin === undefined || headers.origin === own)
  );
}

/** No proxy passes it on. Without being told otherwise, nginx adds no header at all, and asks in HTTP/1.0. */
function isDirect({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion !== '1.0' && !Object.keys(headers).some((name) => forwardedHeaders.test(name));
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address ?? '');
}

function isLoopbackOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function isPrivateOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const address = new URL(origin).hostname.replace(/^\[|\]$/g, '');
  return address === 'localhost' || (isIP(address) !== 0 && isPrivateNetwork(toNetwork(address)));
}
