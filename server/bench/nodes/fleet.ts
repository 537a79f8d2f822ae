import type { LeanSocket } from '../lean-socket.ts';
import type { Peer } from '../../src/testing/peer.ts';

/** Two server processes on one store and one Redis. */
export type Fleet = {
  readonly name: string;
  readonly peers: readonly [Peer, Peer];
  /** A chat of somebody on the first process with so many readers on that, or on the other one. */
  gather(readers: number, on: 0 | 1, onDelivered: (payload: Buffer) => void): Promise<Gathering>;
};

export type Gathering = {
  /** Resolves when the message is stored. */
  send(text: string): Promise<void>;
  readonly sockets: readonly LeanSocket[];
};

/** Where the store and Redis are. */
export type Ground = { readonly uri: string; readonly redisUrl: string; readonly dataDir: string };

/** Microseconds of CPU that each process has spent. */
export async function cpuUsOf({ peers }: Fleet): Promise<[number, number]> {
  const spent = async (peer: Peer) => {
    const { user, system } = await peer.ask<NodeJS.CpuUsage>({ kind: 'cpu' });
    return user + system;
  };
  return [await spent(peers[0]), await spent(peers[1])];
}
