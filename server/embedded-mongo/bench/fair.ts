import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient, ObjectId } from 'mongodb';
import { type EmbeddedMongo, startEmbeddedMongo } from '../src/index.ts';
import { loadMessages, namespace } from './data.ts';

/**
 * What one client waits for a message by its id while others have the store do something long: p50, p99 and the longest,
 * beside the same in a quiet store, and the server's own memory at its highest. Arguments: how many messages, and which
 * of the rows (all).
 */
async function main(documents: number, wanted: readonly string[]): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'embedded-mongo-fair-'));
  try {
    const { ids } = await loadMessages(dir, documents);
    const server = await startEmbeddedMongo({ dataDir: dir });
    const client = await MongoClient.connect(server.uri);
    const messages = client.db(namespace.db).collection<{ _id: ObjectId }>(namespace.name);
    const find = () =>
      messages.findOne({ _id: ids[Math.floor(Math.random() * ids.length)] ?? new ObjectId() });
    print(`${documents} messages\n`);
    print('meanwhile                                takes s   reads   p50 ms   p99 ms   max ms   memory MB');
    const long: Record<string, () => Promise<unknown>> = {
      nothing: () => wait(5_000),
      createIndex: () => messages.createIndex({ text: 1 }),
      'unique createIndex': () => messages.createIndex({ clientId: 1 }, { unique: true }),
      'updateMany, no index': () => messages.updateMany({}, { $set: { read: true } }),
      'updateMany, an index': () => messages.updateMany({}, { $inc: { rev: 1_000_000_000 } }),
      'count by a filter': () => messages.countDocuments({ likes: 1 }),
      'count by an index': () => messages.countDocuments({ text: { $gt: '' } }),
      distinct: () => messages.distinct('likes'),
      'sort without an index': () => messages.find().sort({ changedAt: -1 }).limit(10).toArray(),
      '$group into few': () => messages.aggregate([{ $group: { _id: '$chat', n: { $sum: 1 } } }]).toArray(),
      '$group and $push': () =>
        messages.aggregate([{ $group: { _id: null, all: { $push: '$$ROOT' } } }]).toArray(),
      '$group into as many': () =>
        messages.aggregate([{ $group: { _id: '$clientId' } }, { $count: 'n' }]).toArray(),
      '50 greedy readers': () => greedily(server),
      'deleteMany of half': () => messages.deleteMany({ likes: 0, seq: { $mod: [2, 1] } }),
    };
    for (const [name, work] of Object.entries(long)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const row = await beside(work, find, () => memoryMb(server));
      print(`${name.padEnd(34)}${row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('')}`);
    }
    await client.close();
    await server.close();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const widths = [15, 8, 9, 9, 9, 12];

async function beside(
  work: () => Promise<unknown>,
  find: () => Promise<unknown>,
  memory: () => number,
): Promise<string[]> {
  const startedAt = performance.now();
  let isOver = false;
  const outcome = work()
    .then(() => '', codeOf)
    .finally(() => {
      isOver = true;
    });
  const times: number[] = [];
  let peak = memory();
  while (!isOver) {
    const askedAt = performance.now();
    await find();
    times.push(performance.now() - askedAt);
    peak = Math.max(peak, memory());
    await wait(2);
  }
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1) + (await outcome);
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor((times.length - 1) * share)] ?? 0).toFixed(1);
  return [seconds, String(times.length), at(0.5), at(0.99), at(1), peak.toFixed(0)];
}

/** The code of a command that was refused. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? ` (${String(error.code)})`
    : ' (failed)';
}

/** 50 connections of another process that read batches of a thousand without rest. */
async function greedily({ uri }: EmbeddedMongo): Promise<void> {
  const reader = spawn(process.execPath, [fileURLToPath(new URL('./greedy.mjs', import.meta.url)), uri], {
    stdio: 'inherit',
  });
  await once(reader, 'exit');
}

/** The server's own memory, without the mapped file. Linux only; elsewhere 0. */
function memoryMb({ pid }: EmbeddedMongo): number {
  try {
    return Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main(Number(process.argv[2] ?? 1_000_000), process.argv.slice(3));
