import type { Peer } from '../../src/testing/peer.ts';

export type Bench = {
  readonly server: Peer;
  readonly port: number;
  /** How many a large group has. */
  readonly people: number;
  /** Of everybody, by name. */
  readonly ids: ReadonlyMap<string, string>;
};

/** Microseconds of CPU that the server has spent. */
export async function cpuUsOf({ server }: Bench): Promise<number> {
  const { user, system } = await server.ask<NodeJS.CpuUsage>({ kind: 'cpu' });
  return user + system;
}
