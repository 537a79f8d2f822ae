import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress, publicLookup } from './public-address.ts';

/** Which addresses of push services are called. */
export type EndpointRules = {
  /** Those who named hosts trust them as they are, private ones and plain http too, and no other. */
  readonly hosts: readonly string[] | undefined;
  readonly lookup?: LookupFunction;
};

/** Where to send to, and how to find the host; null for an endpoint that is never called. */
export type Endpoint = { readonly url: URL; readonly lookup: LookupFunction | undefined };

/**
 * A client chooses the endpoint, and this server calls it: without these rules it would call its own neighbours for whoever
 * asks. Only https, on the usual port, to a public host, whose address is looked at when it is connected to.
 */
export function readEndpoint(
  text: string,
  { hosts, lookup = publicLookup() }: EndpointRules,
): Endpoint | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return null;
  if (hosts) {
    const isTrusted = hosts.includes(url.host) && /^https?:$/.test(url.protocol);
    return isTrusted ? { url, lookup: undefined } : null;
  }
  if (url.protocol !== 'https:' || url.port !== '') return null;
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 ? !isPublicAddress(literal) : !literal.includes('.')) return null;
  return { url, lookup };
}
