import { demoPeople } from '@whisper/shared';
import type { Server } from 'node:net';
import { EnvError, givenEnv, type Env } from '../platform/env.ts';
import type { Store } from '../platform/store.ts';
import { openFrontDoor } from './front-door.ts';
import { NodeProcess } from './node-process.ts';
import { findRedisServer, RedisServer } from './redis-server.ts';

type Options = { readonly count: number; readonly env: Env; readonly store: Store };

/** One that cannot start is not started again and again at once. */
const restartDelayMs = 1_000;

/** Several processes of one Whisper on this machine, behind one port: over one store, and one Redis. */
export class Nodes {
  readonly #nodes: NodeProcess[] = [];
  readonly #start: () => NodeProcess;
  readonly #redis: RedisServer | undefined;
  #door: Server | undefined;
  #isClosing = false;

  private constructor(start: () => NodeProcess, redis: RedisServer | undefined) {
    this.#start = start;
    this.#redis = redis;
  }

  /** Throws EnvError, with what to do, when that cannot be had. */
  static async start({ count, env, store }: Options): Promise<Nodes> {
    if (env.isProduction)
      throw new EnvError('--nodes is for development: in production start each process by itself');
    const redis = env.REDIS_URL === undefined ? await startRedis() : undefined;
    const settings = {
      ...givenEnv(),
      MONGODB_URI: store.uri,
      REDIS_URL: env.REDIS_URL ?? redis?.url,
      DATA_DIR: env.DATA_DIR,
    };
    const nodes = new Nodes(() => new NodeProcess({ env: settings, execArgv: process.execArgv }), redis);
    // The first prepares the database and the issuer's key for the others.
    const isFirstReady = await nodes.#add();
    const others = isFirstReady ? Array.from({ length: count - 1 }, () => nodes.#add()) : [];
    if (!isFirstReady || (await Promise.all(others)).includes(false)) {
      await nodes.close();
      throw new EnvError('A node ended before it was ready; what it said stands above.');
    }
    const ports = () => nodes.#nodes.flatMap(({ port }) => port ?? []);
    nodes.#door = await openFrontDoor(ports, { host: env.HOST ?? '127.0.0.1', port: env.PORT });
    return nodes;
  }

  describe(): string {
    const address = this.#door?.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const url = `http://127.0.0.1:${port}`;
    const [one, ...others] = this.#nodes.map(({ pid }) => String(pid));
    return [
      '',
      `  Whisper   ${url}`,
      `  Nodes     ${[one, ...others].join(', ')}: kill -9 ${one} ends the first, and another takes its place`,
      `  Try       npm run chat -- --as ${demoPeople[0]}${port === 3000 ? '' : ` --url "${url}"`}`,
      '',
      '',
    ].join('\n');
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    for (const node of this.#nodes) node.stop('SIGTERM');
    await Promise.all(this.#nodes.map(({ ended }) => ended));
    this.#door?.close();
    await this.#redis?.[Symbol.asyncDispose]();
  }

  /** False when it ended before it was ready: whoever starts the first ones gives up, and a later one is tried again. */
  async #add(): Promise<boolean> {
    const node = this.#start();
    this.#nodes.push(node);
    const isReady = await node.ready();
    void node.ended.then(() => this.#replace(node));
    return isReady;
  }

  async #replace(node: NodeProcess): Promise<void> {
    this.#nodes.splice(this.#nodes.indexOf(node), 1);
    await new Promise((resolve) => setTimeout(resolve, restartDelayMs));
    if (this.#isClosing) return;
    process.stdout.write(`  Node ${node.pid} ended; another one starts.\n`);
    await this.#add();
    process.stdout.write(`  Nodes     ${this.#nodes.map(({ pid }) => pid).join(', ')}\n`);
  }
}

function startRedis(): Promise<RedisServer> {
  if (findRedisServer()) return RedisServer.start();
  throw new EnvError(
    'Several processes need Redis, and there is no redis-server on this machine. Install it (apt-get install redis-server, ' +
      'brew install redis) or set REDIS_URL.',
  );
}
