import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port of this machine that nobody had a moment ago. */
export async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (typeof address !== 'object' || !address) throw new Error('There is no free port');
  return address.port;
}
