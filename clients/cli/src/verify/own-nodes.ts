import {
  NodeProcess,
  openFrontDoor,
  RedisServer,
  startEmbeddedMongo,
  type EmbeddedMongo,
} from '@whisper/server/testing/nodes';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BreakableServer, Play, ServerFault } from './faults.ts';

const redisAwayMs = { min: 500, max: 4_000 };
const storeStalledMs = { min: 300, max: 2_500 };

type Parts = { readonly dataDir: string; readonly store: EmbeddedMongo; readonly redis: RedisServer };

/** Several nodes that this run starts, over one store and one Redis of its own, behind one address. */
export class OwnNodes implements BreakableServer {
  readonly #parts: Parts;
  readonly #preload: readonly string[];
  readonly #nodes: NodeProcess[] = [];
  #door: Server | undefined;

  private constructor(parts: Parts, preload: readonly string[]) {
    this.#parts = parts;
    this.#preload = preload;
  }

  static async start(count: number, preload: readonly string[]): Promise<OwnNodes> {
    const dataDir = await mkdtemp(join(tmpdir(), 'whisper-verify-'));
    const [store, redis] = await Promise.all([
      startEmbeddedMongo({ dataDir: join(dataDir, 'mongo') }),
      RedisServer.start(),
    ]);
    const nodes = new OwnNodes({ dataDir, store, redis }, preload);
    await nodes.#add();
    await Promise.all(Array.from({ length: count - 1 }, () => nodes.#add()));
    const ports = () => nodes.#nodes.flatMap(({ port }) => port ?? []);
    nodes.#door = await openFrontDoor(ports, { host: '127.0.0.1', port: 0 });
    return nodes;
  }

  get url(): string {
    const address = this.#door?.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  get faults(): readonly ServerFault[] {
    const { redis, store } = this.#parts;
    return [
      { kind: 'kills', make: (random) => this.#replace(random.pick(this.#nodes), 'SIGKILL') },
      { kind: 'switches', make: (random) => this.#replace(random.pick(this.#nodes), 'SIGTERM') },
      {
        kind: 'redisStops',
        make: async (random) => {
          redis.pause();
          await delay(random.between(redisAwayMs.min, redisAwayMs.max));
          redis.resume();
        },
      },
      {
        kind: 'redisKills',
        make: (random) => this.#takeRedisAway(random.between(redisAwayMs.min, redisAwayMs.max)),
      },
      {
        kind: 'storeStalls',
        make: async (random) => {
          process.kill(store.pid, 'SIGSTOP');
          await delay(random.between(storeStalledMs.min, storeStalledMs.max));
          process.kill(store.pid, 'SIGCONT');
        },
      },
    ];
  }

  async play(play: Play, seconds: number): Promise<void> {
    switch (play) {
      case 'outage':
        return this.#takeRedisAway(seconds * 1_000);
      case 'rolling':
        for (const node of [...this.#nodes]) await this.#replace(node, 'SIGTERM');
        return;
    }
    play satisfies never;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { dataDir, store, redis } = this.#parts;
    for (const node of this.#nodes) node.stop('SIGKILL');
    await Promise.all(this.#nodes.map(({ ended }) => ended));
    this.#door?.close();
    await Promise.all([store.close(), redis[Symbol.asyncDispose]()]);
    await rm(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  async #takeRedisAway(forMs: number): Promise<void> {
    const { redis } = this.#parts;
    await redis.kill();
    await delay(forMs);
    await redis.start();
  }

  /** It goes, and its clients go to the others; then another one comes. */
  async #replace(node: NodeProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    node.stop(signal);
    await node.ended;
    this.#nodes.splice(this.#nodes.indexOf(node), 1);
    await this.#add();
  }

  async #add(): Promise<void> {
    const { dataDir, store, redis } = this.#parts;
    const preloads = this.#preload.flatMap((file) => ['--import', file]);
    const node = new NodeProcess({
      execArgv: ['--conditions=source', '--import', 'tsx', ...preloads],
      env: {
        PATH: process.env['PATH'],
        DATA_DIR: dataDir,
        MONGODB_URI: store.uri,
        REDIS_URL: redis.url,
        RATE_LIMITS: 'off',
        LOG_LEVEL: 'error',
        DRAIN_SECONDS: '1',
      },
    });
    this.#nodes.push(node);
    if (!(await node.ready())) throw new Error('A node ended before it was ready');
  }
}
