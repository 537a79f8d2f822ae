import { once } from 'node:events';
import type { Server } from 'node:http';
import type { MessageCreated } from '@whisper/shared';

/** How a client of the contender signs in and subscribes, for the load process. */
export type Wire = 'raw' | 'socket.io' | 'trpc';

/** One way to bring an event to many sockets. */
export interface Contender {
  readonly port: number;
  readonly wire: Wire;
  /** Delivers the events to every subscriber, all in this turn of the event loop. */
  publish(events: readonly MessageCreated[]): void;
}

export async function listen(http: Server): Promise<number> {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (typeof address !== 'object' || !address) throw new TypeError('The server has no port');
  return address.port;
}
