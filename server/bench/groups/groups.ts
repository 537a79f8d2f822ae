import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { limits } from '@whisper/shared';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectMongo } from '../../src/platform/mongo.ts';
import { Peer } from '../../src/testing/peer.ts';
import { putUsers } from '../nodes/people.ts';
import type { WhisperRequest } from '../send/whisper-process.ts';
import { Crowd } from './crowd.ts';
import { benchReads } from './reads.ts';
import type { Bench } from './bench.ts';
import { printTable } from '../table.ts';

const rounds = 5;

/** A whole server over its own store, with groups as large as they may be. */
export async function benchGroups(people: number = limits.groupSizeMax): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'whisper-bench-'));
  await using store = await startEmbeddedMongo({ dataDir: join(dir, 'mongo'), isDurable: false });
  await using server = Peer.start(new URL('../send/whisper-process.ts', import.meta.url));
  try {
    const request: WhisperRequest = { kind: 'start', uri: store.uri, dataDir: dir };
    const port = await server.ask<number>(request);
    const bench = { server, port, people, ids: await putAll(store.uri, people) };
    await benchReads(bench);
    await benchStreams(bench);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function putAll(uri: string, people: number): Promise<Bench['ids']> {
  const db = await connectMongo(uri);
  const names = ['all', 'one'].flatMap((group) =>
    Array.from({ length: people }, (_, index) => `${group}${index}`),
  );
  const put = await putUsers(db, names);
  await db.close();
  return new Map(put.map(({ id, name }) => [name, String(id)]));
}

/** Two groups of other people: those of one hear of it on the stream of all their chats, those of the other on its own. */
async function benchStreams(bench: Bench): Promise<void> {
  const crowds = {
    'all-chats stream': await Crowd.gather(bench, { name: 'all', isOnAllChats: true }),
    'stream of the chat': await Crowd.gather(bench, { name: 'one', isOnAllChats: false }),
  };
  const entries = Object.entries(crowds);
  for (const [, crowd] of entries) await crowd.measure();
  // They take turns, so that what else the machine does falls on both.
  const results = new Map(entries.map(([name]) => [name, [] as Awaited<ReturnType<Crowd['measure']>>[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, crowd] of entries) results.get(name)?.push(await crowd.measure());
  }
  for (const [, crowd] of entries) crowd.close();
  printTable(
    `A group of ${bench.people.toLocaleString('en')}, a whole server, one message a turn`,
    [...results].map(([stream, all]) => ({
      stream,
      'CPU µs/delivery, sending included': median(all.map(({ cpuUs }) => cpuUs)).toFixed(2),
      'p50 ms': (median(all.map(({ p50 }) => p50)) / 1_000).toFixed(1),
      'p99 ms': (median(all.map(({ p99 }) => p99)) / 1_000).toFixed(1),
    })),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
