import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Address } from '../wire/listen.ts';

/** What the system allows in sun_path, without its closing zero. */
const socketPathBytesMax = 103;

export type AddressOptions = { readonly port?: number | undefined; readonly socketPath?: string | undefined };

/** A unix socket under the data directory, unless a port is asked for or the system has no unix sockets. */
export function chooseAddress(dataDir: string, { port, socketPath }: AddressOptions): Address {
  if (port !== undefined) return { port };
  if (socketPath !== undefined) return { socketPath: resolve(socketPath) };
  if (process.platform === 'win32') return { port: 0 };
  const own = join(resolve(dataDir), 'socket', 'mongo.sock');
  if (Buffer.byteLength(own) <= socketPathBytesMax) return { socketPath: own };
  const name = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16);
  return { socketPath: join(tmpdir(), `whisper-${name}`, 'mongo.sock') };
}
