import { createClient } from 'redis';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../nodes/find-free-port.ts';
import { findRedisServer, RedisServer } from '../nodes/redis-server.ts';

const slots = 16_384;
const clusterSize = 3;

/** More than one real Redis process, and the REDIS_URL by which they are one. */
export type ManyRedis = AsyncDisposable & { readonly url: string };

/** Three nodes, each with a third of the slots. */
export async function startCluster(): Promise<ManyRedis> {
  const servers: RedisServer[] = [];
  const busPorts: string[] = [];
  while (servers.length < clusterSize) {
    // The usual one is 10,000 above the other, which may be none.
    const bus = String(await findFreePort());
    servers.push(await RedisServer.start(['--cluster-enabled', 'yes', '--cluster-port', bus]));
    busPorts.push(bus);
  }
  const share = Math.ceil(slots / clusterSize);
  for (const [index, { url }] of servers.entries()) {
    const last = Math.min((index + 1) * share, slots) - 1;
    await command(url, ['CLUSTER', 'ADDSLOTSRANGE', String(index * share), String(last)]);
    for (const [other, { port }] of servers.slice(0, index).entries()) {
      await command(url, ['CLUSTER', 'MEET', '127.0.0.1', String(port), busPorts[other] ?? '']);
    }
  }
  for (const { url } of servers) await until(url, ['CLUSTER', 'INFO'], 'cluster_state:ok');
  return {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server[Symbol.asyncDispose]();
    },
  };
}

/** A master, its replica, and a sentinel that puts the one in the place of the other. */
export async function startSentinel(): Promise<ManyRedis & { readonly master: RedisServer }> {
  const master = await RedisServer.start(['--repl-diskless-sync-delay', '0']);
  const replica = await RedisServer.start(['--replicaof', '127.0.0.1', String(master.port)]);
  await until(replica.url, ['INFO', 'replication'], 'master_link_status:up');
  const sentinel = await spawnSentinel(master.port);
  const url = `redis://127.0.0.1:${sentinel.port}`;
  await until(url, ['INFO', 'sentinel'], 'slaves=1');
  return {
    url: `redis+sentinel://127.0.0.1:${sentinel.port}/mymaster`,
    master,
    async [Symbol.asyncDispose]() {
      await sentinel[Symbol.asyncDispose]();
      for (const server of [master, replica]) await server[Symbol.asyncDispose]();
    },
  };
}

async function spawnSentinel(masterPort: number): Promise<AsyncDisposable & { readonly port: number }> {
  const [port, dir] = [await findFreePort(), await mkdtemp(join(tmpdir(), 'whisper-sentinel-'))];
  const file = join(dir, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${dir}`,
    `sentinel monitor mymaster 127.0.0.1 ${masterPort} 1`,
    'sentinel down-after-milliseconds mymaster 1000',
    'sentinel failover-timeout mymaster 3000',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const child = spawn(findRedisServer() ?? '', [file, '--sentinel'], { stdio: 'ignore' });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const exited = once(child, 'exit');
  return {
    port,
    async [Symbol.asyncDispose]() {
      process.off('exit', endWithUs);
      child.kill('SIGKILL');
      await exited;
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Asks again until the answer contains the text. */
async function until(url: string, args: readonly string[], text: string): Promise<void> {
  while (!(await command(url, args).catch(() => '')).includes(text)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function command(url: string, args: readonly string[]): Promise<string> {
  const client = createClient({ url, disableOfflineQueue: false });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return JSON.stringify(await client.sendCommand([...args]));
  } finally {
    client.destroy();
  }
}
