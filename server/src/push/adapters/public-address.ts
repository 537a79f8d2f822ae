import type { LookupAddress } from 'node:dns';
import { lookup as lookUp } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';

/** What belongs to one machine, one network or nobody (IANA's special-purpose registries), and what hides another address. */
const special = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  special.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special.addSubnet(net, prefix, 'ipv6');

/** All there is of the internet in IPv6; what is outside of it is local, mapped or translated. */
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');

/** Whether an address is one of the internet's at large. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !special.check(address, 'ipv4');
  return isIP(address) === 6 && global6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
}

type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/**
 * How a connection finds its host: as usual, but for a name of which any address is not public. What was checked is what is
 * connected to, so a name that changes its mind in between gains nothing.
 */
export function publicLookup(resolve: Resolve = resolveAll): LookupFunction {
  const check = callbackify(async (host: string) => requirePublic(host, await resolve(host)));
  return (host, options, callback) =>
    check(host, (error, found) => {
      const [first] = found ?? [];
      if (error || !first) return callback(error ?? new PrivateAddressError(host), '', 0);
      return options.all ? callback(null, [...found]) : callback(null, first.address, first.family);
    });
}

function requirePublic(host: string, found: readonly LookupAddress[]): readonly LookupAddress[] {
  if (found.length > 0 && found.every(({ address }) => isPublicAddress(address))) return found;
  throw new PrivateAddressError(`${host} is not a public host`);
}

function resolveAll(host: string): Promise<LookupAddress[]> {
  return lookUp(host, { all: true });
}
