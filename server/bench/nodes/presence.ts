import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { limits } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDevIssuer, type DevIssuer } from '../../src/identity/dev-issuer.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { connectMongo } from '../../src/platform/mongo.ts';
import { findRedisServer, RedisServer } from '../../src/nodes/redis-server.ts';
import { Peer } from '../../src/testing/peer.ts';
import type { LeanSocket } from '../lean-socket.ts';
import type { WhisperRequest } from '../send/whisper-process.ts';
import { printTable } from '../table.ts';
import { contactsEach, putPeople } from './people.ts';
import { connectPerson } from './person.ts';

/** People who hide and follow something on which nothing happens, and people who are seen and follow who comes. */
const kinds = {
  without: { path: 'typing.onChange', isHidden: true },
  with: { path: 'presence.onChange', isHidden: false },
} as const;

type Kind = keyof typeof kinds;

/** Sockets that open at once: a token lives for a minute, and all have to be in by then. */
const openingMax = 100;
const quietMs = 1_000;
const rounds = 2;
const emptyMs = limits.offlineGraceMs + 1_000;

/** What it costs that people come and hear of each other, on one process and on two. */
export async function benchPresence(people: number): Promise<void> {
  const rows: Record<string, string>[] = [];
  for (const nodes of findRedisServer() ? [1, 2] : [1]) rows.push(...(await measureNodes(nodes, people)));
  printTable(`Presence: everybody shares a chat with ${contactsEach}`, rows);
}

/**
 * With and without have processes of their own, and people come to both in turns, so that whatever else the machine does
 * falls on both. In every round others come, of whom nobody knows anything yet.
 */
async function measureNodes(nodes: number, people: number): Promise<Record<string, string>[]> {
  await using ground = await openGround();
  await using without = await Crowd.open('without', nodes, ground);
  await using crowd = await Crowd.open('with', nodes, ground);
  const runs: Round[] = [];
  // A fresh process compiles what it runs often, which is no cost of a person: each has as many early ones.
  await measureRound(people * nodes, [without, crowd]);
  while (runs.length < rounds) {
    await delay(emptyMs);
    runs.push(await measureRound(people, [without, crowd]));
  }
  const mean = (valueOf: (run: Round) => number) =>
    runs.reduce((sum, run) => sum + valueOf(run), 0) / runs.length;
  const rowOf = (kind: Kind) => ({
    'people who come': `${people}, on ${nodes} node(s), ${kind} presence`,
    'server CPU s': mean((run) => run[kind].cpuSeconds).toFixed(2),
  });
  return [
    { ...rowOf('without'), 'more s': '', events: '' },
    {
      ...rowOf('with'),
      'more s': mean((run) => run.with.cpuSeconds - run.without.cpuSeconds).toFixed(2),
      events: mean((run) => run.with.events).toFixed(0),
    },
  ];
}

type Round = Readonly<Record<Kind, Came>>;
type Came = { readonly cpuSeconds: number; readonly events: number };

/** Resolves when so many have come to both, nobody has heard anything for a while, and all have gone. */
async function measureRound(people: number, crowds: readonly [without: Crowd, crowd: Crowd]): Promise<Round> {
  for (const crowd of crowds) await crowd.startRound(people);
  for (let come = 0; come < people; come += openingMax) {
    for (const crowd of crowds) await crowd.comeNext();
  }
  for (const crowd of crowds) await crowd.untilQuiet();
  const [without, crowd] = crowds;
  return { without: await without.endRound(), with: await crowd.endRound() };
}

type Ground = {
  readonly uri: string;
  readonly dataDir: string;
  readonly db: Database;
  readonly issuer: DevIssuer;
} & AsyncDisposable;

async function openGround(): Promise<Ground> {
  const dataDir = await mkdtemp(join(tmpdir(), 'whisper-bench-'));
  const store = await startEmbeddedMongo({ dataDir: join(dataDir, 'mongo'), isDurable: false });
  const db = await connectMongo(store.uri);
  return {
    uri: store.uri,
    dataDir,
    db,
    issuer: await openDevIssuer({ dataDir, clock: systemClock }),
    async [Symbol.asyncDispose]() {
      await db.close();
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

type Node = { readonly peer: Peer; readonly port: number };

/** People who come to processes of their own, to one after the other. */
class Crowd implements AsyncDisposable {
  readonly #kind: Kind;
  readonly #ground: Ground;
  readonly #nodes: readonly Node[];
  readonly #redis: RedisServer | undefined;
  #names: string[] = [];
  readonly #sockets: LeanSocket[] = [];
  #events = 0;
  #lastAt = 0;
  #cpuBefore = 0;

  private constructor(kind: Kind, ground: Ground, where: Pick<Started, 'nodes' | 'redis'>) {
    this.#kind = kind;
    this.#ground = ground;
    this.#nodes = where.nodes;
    this.#redis = where.redis;
  }

  static async open(kind: Kind, count: number, ground: Ground): Promise<Crowd> {
    return new Crowd(kind, ground, await startNodes(count, ground));
  }

  async startRound(people: number): Promise<void> {
    this.#names = await putPeople(this.#ground.db, { count: people, isHidden: kinds[this.#kind].isHidden });
    this.#events = 0;
    for (const { peer } of this.#nodes) await peer.ask({ kind: 'gc' } satisfies WhisperRequest);
    this.#cpuBefore = await this.#cpuSeconds();
  }

  async comeNext(): Promise<void> {
    const { path } = kinds[this.#kind];
    const opened = this.#names.splice(0, openingMax).map(async (name, index) => {
      const port = this.#nodes[index % this.#nodes.length]?.port ?? 0;
      const { token } = await this.#ground.issuer.issue(name);
      const onEvent = (payload: Buffer) => this.#count(payload);
      this.#sockets.push(await connectPerson({ port, token, path, input: {}, onEvent }));
    });
    await Promise.all(opened);
  }

  async untilQuiet(): Promise<void> {
    while (Date.now() - this.#lastAt < quietMs) await delay(100);
  }

  async endRound(): Promise<Came> {
    const came = { cpuSeconds: (await this.#cpuSeconds()) - this.#cpuBefore, events: this.#events };
    for (const socket of this.#sockets.splice(0)) socket.destroy();
    return came;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { peer } of this.#nodes) await peer[Symbol.asyncDispose]();
    await this.#redis?.[Symbol.asyncDispose]();
  }

  #count(payload: Buffer): void {
    this.#lastAt = Date.now();
    if (payload.includes('"online"')) this.#events += 1;
  }

  async #cpuSeconds(): Promise<number> {
    let seconds = 0;
    for (const { peer } of this.#nodes) {
      const { user, system } = await peer.ask<NodeJS.CpuUsage>({ kind: 'cpu' } satisfies WhisperRequest);
      seconds += (user + system) / 1e6;
    }
    return seconds;
  }
}

type Started = { readonly nodes: readonly Node[]; readonly redis: RedisServer | undefined };

/** One after the other: the first prepares the database. */
async function startNodes(count: number, { uri, dataDir }: Ground): Promise<Started> {
  const redis = count > 1 ? await RedisServer.start() : undefined;
  const nodes: Node[] = [];
  while (nodes.length < count) {
    const peer = Peer.start(new URL('../send/whisper-process.ts', import.meta.url));
    const shared = redis && { redisUrl: redis.url };
    const request: WhisperRequest = { kind: 'start', uri, dataDir, ...shared };
    nodes.push({ peer, port: await peer.ask<number>(request) });
  }
  return { nodes, redis };
}
