import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { createTRPCClient, httpLink, type CreateTRPCClient } from '@trpc/client';
import { transformer, type FoundPage } from '@whisper/shared';
import mongoose, { type Connection as Database } from 'mongoose';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppRouter } from '../../src/router.ts';
import { quantile } from '../clock.ts';
import { cpuOf } from '../cpu.ts';
import { Peer } from '../../src/testing/peer.ts';
import type { WhisperRequest } from '../send/whisper-process.ts';
import { printTable } from '../table.ts';
import { fill, people, randomFrom, wordOf, type Name, type Random } from './fill.ts';

const searchesEach = 40;
const pageSize = 20;

/** What is looked for: words by their rank, or what is made of them. */
const kinds: Readonly<Record<string, (random: Random) => string>> = {
  'a word in every third message': (random) => wordOf(Math.floor(random() * 3)),
  'in one of a thousand': (random) => wordOf(100 + Math.floor(random() * 100)),
  'in one of fifty thousand': (random) => wordOf(5_000 + Math.floor(random() * 5_000)),
  'two words, each in one of a thousand': (random) =>
    `${wordOf(100 + Math.floor(random() * 100))} ${wordOf(100 + Math.floor(random() * 100))}`,
  'the first three letters of a word': (random) => wordOf(Math.floor(random() * 5_000)).slice(0, 3),
  'one letter': (random) => wordOf(Math.floor(random() * 5_000)).slice(0, 1),
  'three Chinese characters': (random) =>
    [0, 1, 2].map(() => '今明日月水火山'[Math.floor(random() * 7)]).join(''),
  'a word that is nowhere': (random) => `zz${wordOf(Math.floor(random() * 5_000))}`,
};

type Api = CreateTRPCClient<AppRouter>;

/** Searches of three people of one database, of whom each is in other chats. */
export async function benchSearch(messages: number): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'whisper-bench-'));
  const store = await startEmbeddedMongo({ dataDir: join(dir, 'mongo'), isDurable: false });
  const db = await mongoose.createConnection(store.uri, { dbName: 'whisper' }).asPromise();
  try {
    await using first = Peer.start(new URL('../send/whisper-process.ts', import.meta.url));
    const start: WhisperRequest = { kind: 'start', uri: store.uri, dataDir: join(dir, 'whisper') };
    const port = await first.ask<number>(start);
    const names = Object.keys(people) as Name[];
    const apis = new Map<Name, Api>();
    const ids: Record<Name, string> = { anna: '', bert: '', cara: '' };
    for (const name of names) {
      const api = await signIn(port, name);
      apis.set(name, api);
      ids[name] = (await api.auth.me.query()).id;
    }
    await fillAndIndex({ db, dir: join(dir, 'mongo'), messages }, ids);
    const readCpu = async () => {
      const { user, system } = await first.ask<NodeJS.CpuUsage>({ kind: 'cpu' } satisfies WhisperRequest);
      return { server: user + system, store: cpuOf(store.pid) };
    };
    for (const [name, api] of apis) {
      printTable(
        `${name}, in ${people[name]} of ${people.cara} chats`,
        await measurePerson({ api, readCpu }),
      );
    }
    const { heapUsed, rss } = await first.ask<NodeJS.MemoryUsage>({
      kind: 'memory',
    } satisfies WhisperRequest);
    console.log(`\nThe server afterwards: heap ${toMb(heapUsed)}, ${toMb(rss)} in all`);
  } finally {
    await db.close();
    await store.close();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Tokens live for a minute. */
const tokenMs = 40_000;

async function signIn(port: number, user: string): Promise<Api> {
  const url = `http://127.0.0.1:${port}`;
  let token = '';
  let takenAt = Number.NEGATIVE_INFINITY;
  const headers = async () => {
    if (performance.now() - takenAt > tokenMs) {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
      const response = await fetch(`${url}/dev/token`, { ...init, body: JSON.stringify({ user }) });
      ({ token } = (await response.json()) as { token: string });
      takenAt = performance.now();
    }
    return { authorization: `Bearer ${token}` };
  };
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc`, transformer, headers })] });
}

type Filling = { readonly db: Database; readonly dir: string; readonly messages: number };

/** Stores everything, and then makes the index, as the first start after an update does. */
async function fillAndIndex({ db, dir, messages }: Filling, ids: Readonly<Record<Name, string>>) {
  const collection = db.collection('messages');
  await collection.dropIndex('chat_1_terms_1_createdAt_1');
  const startedAt = performance.now();
  await fill(db, ids, messages);
  const filledAt = performance.now();
  const before = await bytesIn(dir);
  await collection.createIndex(
    { chat: 1, terms: 1, createdAt: 1 },
    { partialFilterExpression: { terms: { $exists: true } } },
  );
  const seconds = (from: number, to: number) => `${Math.round((to - from) / 1_000)} s`;
  const [some] = await collection.aggregate<{ terms: number }>(averageTerms).toArray();
  printTable(`${messages.toLocaleString('en')} messages`, [
    {
      stored: seconds(startedAt, filledAt),
      indexed: seconds(filledAt, performance.now()),
      'terms of one': (some?.terms ?? Number.NaN).toFixed(1),
      'bytes of one, with all other indexes': String(Math.round(before / messages)),
      'in the index of words': String(Math.round(((await bytesIn(dir)) - before) / messages)),
    },
  ]);
}

const averageTerms = [{ $limit: 10_000 }, { $group: { _id: null, terms: { $avg: { $size: '$terms' } } } }];

async function bytesIn(dir: string): Promise<number> {
  const { size } = await stat(join(dir, 'store.mdb'));
  return size;
}

type Measured = { readonly api: Api; readonly readCpu: () => Promise<Cpu> };
type Cpu = { readonly server: number; readonly store: number };

/** Beside searches stands a page of history, the baseline: what a call costs on this machine at that moment. */
async function measurePerson({ api, readCpu }: Measured) {
  const random = randomFrom(7);
  const { chats } = await api.chat.list.query({ limit: 1 });
  const chatId = chats[0]?.id;
  const rows: Record<string, string>[] = [];
  for (const [kind, makeQuery] of Object.entries(kinds)) {
    const before = await readCpu();
    const pages: FoundPage[] = [];
    const searches = await timeEach(async () => {
      pages.push(await api.message.search.query({ query: makeQuery(random), limit: pageSize }));
    });
    const after = await readCpu();
    const history = chatId ? await timeEach(() => api.message.list.query({ chatId, limit: pageSize })) : [];
    const full = pages.filter(({ found, nextCursor }) => found.length === pageSize || nextCursor === null);
    rows.push({
      'looked for': kind,
      'p50 ms': ms(searches, 0.5),
      'p95 ms': ms(searches, 0.95),
      'server CPU': ((after.server - before.server) / 1_000 / searchesEach).toFixed(1),
      'store CPU': ((after.store - before.store) / 1_000 / searchesEach).toFixed(1),
      'history p50': ms(history, 0.5),
      p95: ms(history, 0.95),
      found: (pages.reduce((sum, { found }) => sum + found.length, 0) / searchesEach).toFixed(1),
      'full or all': `${Math.round((full.length / searchesEach) * 100)} %`,
    });
  }
  return rows;
}

async function timeEach(call: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < searchesEach; count += 1) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
  }
  return times;
}

function ms(times: readonly number[], share: number): string {
  return quantile(
    times.toSorted((a, b) => a - b),
    share,
  ).toFixed(1);
}

function toMb(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
