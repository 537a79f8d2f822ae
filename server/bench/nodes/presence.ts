import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDevIssuer } from '../../src/identity/dev-issuer.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { findRedisServer, RedisServer } from '../../src/nodes/redis-server.ts';
import { quantile } from '../clock.ts';
import { Peer } from '../../src/testing/peer.ts';
import type { LeanSocket } from '../lean-socket.ts';
import type { WhisperRequest } from '../send/whisper-process.ts';
import { printTable } from '../table.ts';
import { contactsEach, putPeople } from './people.ts';
import { connectPerson } from './person.ts';

type Node = { readonly peer: Peer; readonly port: number };

/** Makes a token, of which no server knows before it comes. */
type IssueToken = (name: string) => Promise<string>;

/** What nobody is told anything on while people come, and what they are told who comes on. */
const subscriptions = { without: 'typing.onChange', with: 'presence.onChange' } as const;

/** Sockets that open at once: a token lives for a minute, and all have to be in by then. */
const openingMax = 100;
const quietMs = 3_000;
/** With and without take turns, so that whatever else the machine does falls on both. */
const rounds = 3;

/** What it costs that people come and hear of each other, on one process and on two. */
export async function benchPresence(people: number): Promise<void> {
  const rows: Record<string, string>[] = [];
  for (const nodes of findRedisServer() ? [1, 2] : [1]) {
    const runs: Record<keyof typeof subscriptions, Came[]> = { without: [], with: [] };
    for (let round = 0; round < rounds; round += 1) {
      for (const kind of ['without', 'with'] as const) {
        runs[kind].push(await measureComing({ nodes, people, path: subscriptions[kind] }));
      }
    }
    for (const kind of ['without', 'with'] as const) {
      const cpuSeconds = medianOf(runs[kind], (run) => run.cpuSeconds);
      const more = runs.with.map((run, round) => run.cpuSeconds - (runs.without[round]?.cpuSeconds ?? 0));
      rows.push({
        'people who come': `${people}, on ${nodes} node(s), ${kind} presence`,
        'server CPU s': cpuSeconds.toFixed(2),
        'more s': kind === 'with' ? medianOf(more, (each) => each).toFixed(2) : '',
        events: kind === 'with' ? String(medianOf(runs.with, (run) => run.events)) : '',
      });
    }
  }
  printTable(`Presence: everybody shares a chat with ${contactsEach}`, rows);
}

function medianOf<T>(items: readonly T[], value: (item: T) => number): number {
  return quantile(Float64Array.from(items, value).toSorted(), 0.5);
}

type Came = { readonly cpuSeconds: number; readonly events: number };
type Coming = { readonly nodes: number; readonly people: number; readonly path: string };

async function measureComing({ nodes, people, path }: Coming): Promise<Came> {
  const dataDir = await mkdtemp(join(tmpdir(), 'whisper-bench-'));
  const store = await startEmbeddedMongo({ dataDir: join(dataDir, 'mongo'), isDurable: false });
  const redis = nodes > 1 ? await RedisServer.start() : undefined;
  const started: Node[] = [];
  try {
    while (started.length < nodes) started.push(await startNode(store.uri, dataDir, redis?.url));
    const names = await putPeople(store.uri, people);
    const issuer = await openDevIssuer({ dataDir, clock: systemClock });
    const issueToken = async (name: string) => (await issuer.issue(name)).token;
    const before = await cpuOf(started);
    const { events, sockets } = await comeAll(started, { names, path, issueToken });
    const cpuSeconds = (await cpuOf(started)) - before;
    for (const socket of sockets) socket.destroy();
    return { cpuSeconds, events };
  } finally {
    for (const { peer } of started) await peer[Symbol.asyncDispose]();
    await redis?.[Symbol.asyncDispose]();
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function startNode(uri: string, dataDir: string, redisUrl: string | undefined): Promise<Node> {
  const peer = Peer.start(new URL('../send/whisper-process.ts', import.meta.url));
  const request: WhisperRequest = {
    kind: 'start',
    uri,
    dataDir,
    ...(redisUrl !== undefined && { redisUrl }),
  };
  return { peer, port: await peer.ask<number>(request) };
}

async function cpuOf(nodes: readonly Node[]): Promise<number> {
  let seconds = 0;
  for (const { peer } of nodes) {
    const { user, system } = await peer.ask<NodeJS.CpuUsage>({ kind: 'cpu' });
    seconds += (user + system) / 1e6;
  }
  return seconds;
}

/** Everybody comes, to one node after the other; resolves when nobody has heard anything for a while. */
async function comeAll(
  nodes: readonly Node[],
  {
    names,
    path,
    issueToken,
  }: { readonly names: readonly string[]; readonly path: string; readonly issueToken: IssueToken },
): Promise<{ events: number; sockets: LeanSocket[] }> {
  const sockets: LeanSocket[] = [];
  let [events, lastAt] = [0, Date.now()];
  const onEvent = (payload: Buffer) => {
    lastAt = Date.now();
    if (payload.includes('"online"')) events += 1;
  };
  for (let start = 0; start < names.length; start += openingMax) {
    const opened = names.slice(start, start + openingMax).map(async (name, index) => {
      const port = nodes[index % nodes.length]?.port ?? 0;
      const token = await issueToken(name);
      sockets.push(await connectPerson({ port, token, path, input: {}, onEvent }));
    });
    await Promise.all(opened);
  }
  while (Date.now() - lastAt < quietMs) await delay(100);
  return { events, sockets };
}
