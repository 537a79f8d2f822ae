import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/**
 * The address a request comes from, as far as it tells people apart: of IPv6 the /64 that one customer has. What a proxy
 * in this network says of whom it speaks for is believed, and only its last word, which is its own.
 */
export function clientAddressOf({ socket, headers }: IncomingMessage): string {
  const peer = toNetwork(socket.remoteAddress);
  const forwarded = headers['x-forwarded-for'];
  const last = (Array.isArray(forwarded) ? forwarded.at(-1) : forwarded)?.split(',').at(-1)?.trim();
  return last && isPrivateNetwork(peer) ? toNetwork(last) : peer;
}

/** An IPv4 address as it is, an IPv6 address as its /64. */
export function toNetwork(address = ''): string {
  const v4 = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  if (!isIPv6(address) || address === '::1') return address.slice(0, 64);
  const [head = '', tail = ''] = address.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = address.includes('::') ? [...left, ...zeros, ...right] : left;
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** Where proxies are: this machine, and networks that the internet does not route. */
export function isPrivateNetwork(network: string): boolean {
  return (
    network === '::1' ||
    /^(127|10)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|^169\.254\./.test(
      network,
    ) ||
    /^f[cd]|^fe[89ab]/i.test(network)
  );
}
