import type { IncomingMessage } from 'node:http';
import type { Env } from '../platform/env.ts';
import { isPrivateNetwork, toNetwork } from './client-address.ts';

type Settings = Pick<Env, 'PUBLIC_URL' | 'BASE_PATH'>;

/**
 * Where people reach this server, without a slash at the end: as PUBLIC_URL says, or else as whoever asks does. A proxy of this
 * network is believed what it says of the scheme.
 */
export function publicAddressOf(
  { PUBLIC_URL, BASE_PATH }: Settings,
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
): string {
  if (PUBLIC_URL !== undefined) return PUBLIC_URL;
  const isProxied = isPrivateNetwork(toNetwork(socket.remoteAddress));
  const isSecure = isProxied && /(?:^|,)\s*https\s*$/i.test(String(headers['x-forwarded-proto'] ?? ''));
  return `${isSecure ? 'https' : 'http'}://${headers.host ?? 'localhost'}${BASE_PATH}`;
}
