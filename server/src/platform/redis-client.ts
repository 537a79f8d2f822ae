import { createClient, createCluster, createSentinel } from 'redis';
import type { RedisAddress } from './redis-address.ts';

/** What the three kinds of client have in common, as far as it is used here. */
export interface RedisClient {
  connect(): Promise<unknown>;
  destroy(): unknown;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  eval(script: string, options: { readonly keys: string[]; readonly arguments: string[] }): Promise<unknown>;
  sPublish(channel: string, message: string): Promise<unknown>;
  sSubscribe(channels: string[], listener: (message: string, channel: string) => void): Promise<unknown>;
  sUnsubscribe(channels: string[], listener: (message: string, channel: string) => void): Promise<unknown>;
}

const reconnectMaxMs = 1_000;
const connectTimeoutMs = 2_000;

/** Tries again soon, and not together with all the other processes. */
function reconnectStrategy(retries: number): number {
  return Math.min(50 * 2 ** retries, reconnectMaxMs) * (0.5 + Math.random() / 2);
}

/** An official client, not connected yet. Nothing waits in it while there is no connection: it is refused. */
export function createRedisClient(address: RedisAddress): RedisClient {
  const { kind, hosts, isTls, username, password, database, masterName } = address;
  const common = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    disableOfflineQueue: true,
    maintNotifications: 'disabled' as const,
    socket: { connectTimeout: connectTimeoutMs, reconnectStrategy, ...(isTls && { tls: true as const }) },
  };
  const [first = { host: 'localhost', port: 6379 }] = hosts;
  switch (kind) {
    case 'single':
      return createClient({ ...common, socket: { ...common.socket, ...first }, database });
    case 'sentinel':
      return createSentinel({
        name: masterName,
        sentinelRootNodes: [...hosts],
        nodeClientOptions: { ...common, database },
        sentinelClientOptions: { socket: common.socket },
      });
    case 'cluster':
      return createCluster({
        rootNodes: hosts.map((host) => ({ socket: { ...common.socket, ...host } })),
        defaults: common,
      });
  }
}
