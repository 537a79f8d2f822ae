import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MongoClient } from 'mongodb';
import { type EmbeddedMongo, startEmbeddedMongo } from '../src/index.ts';
import { type Loaded, loadMessages } from './data.ts';
import { DirectStore } from './direct.ts';
import { measure } from './measure.ts';
import { explainQueries } from './plans.ts';
import { makeWorkloads, workNames } from './workloads.ts';

const clientCounts = [1, 16, 64];
const secondsEach = 3;
const warmUpSeconds = 0.5;

export type BenchOptions = { readonly documents?: number };

/** Prints the store's figures through the unmodified driver, every commit flushed, beside lmdb's own in the same run. */
export async function main({ documents = 1_000_000 }: BenchOptions = {}): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'embedded-mongo-bench-'));
  try {
    await printIdle(join(dir, 'empty'));
    const loaded = await loadMessages(join(dir, 'full'), documents);
    const rate = Math.round(documents / loaded.seconds);
    print(`loaded ${documents} messages with 3 indexes in ${loaded.seconds.toFixed(0)} s (${rate}/s)`);
    await printWork(dir, loaded, documents);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function printIdle(dataDir: string): Promise<void> {
  const { server, readyMs } = await startTimed(dataDir);
  print(`start on an empty directory ${readyMs} ms, idle memory ${residentMb(server, 'VmRSS')} MB`);
  await server.close();
}

async function printWork(dir: string, loaded: Loaded, documents: number): Promise<void> {
  const { server, readyMs } = await startTimed(join(dir, 'full'));
  print(`start with ${documents} documents ${readyMs} ms`);
  await printPlans(server, loaded);
  const direct = new DirectStore(dir, Math.min(documents, 200_000));
  print('\nwork        clients     ops/s   p50 ms   p99 ms   lmdb ops/s   ratio');
  for (const name of workNames) {
    for (const clients of clientCounts) {
      const client = await MongoClient.connect(server.uri, { maxPoolSize: clients, minPoolSize: clients });
      const work = makeWorkloads(client, loaded)[name];
      await measure(clients, warmUpSeconds, work);
      const { opsPerSecond, p50Ms, p99Ms } = await measure(clients, secondsEach, work);
      const ceiling = direct.measure(name, clients, 1);
      const cells = [opsPerSecond.toFixed(0), p50Ms.toFixed(2), p99Ms.toFixed(2), ceiling.toFixed(0)];
      const row = [String(clients), ...cells, (opsPerSecond / ceiling).toFixed(3)];
      print(`${name.padEnd(12)}${row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('')}`);
      await client.close();
    }
  }
  await direct.close();
  const memory = `own memory ${residentMb(server, 'RssAnon')} MB, with the mapped file ${residentMb(server, 'VmRSS')} MB`;
  print(`\nafter all of it: ${memory}`);
  await server.close();
}

async function printPlans({ uri }: EmbeddedMongo, loaded: Loaded): Promise<void> {
  const client = await MongoClient.connect(uri);
  print('\nquery                       plan       index                  keys  documents  returned');
  for (const { query, plan, index, keys, documents, returned } of await explainQueries(client, loaded)) {
    const figures = `${String(keys).padStart(5)}${String(documents).padStart(11)}${String(returned).padStart(10)}`;
    print(`${query.padEnd(28)}${plan.padEnd(11)}${index.padEnd(22)}${figures}`);
  }
  await client.close();
}

const widths = [7, 10, 9, 9, 13, 8];

async function startTimed(dataDir: string): Promise<{ server: EmbeddedMongo; readyMs: number }> {
  const startedAt = performance.now();
  const server = await startEmbeddedMongo({ dataDir });
  return { server, readyMs: Math.round(performance.now() - startedAt) };
}

/** Linux only; elsewhere unknown. */
function residentMb({ pid }: EmbeddedMongo, field: 'VmRSS' | 'RssAnon'): string {
  try {
    const kb = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kb === undefined ? '?' : (Number(kb) / 1024).toFixed(0);
  } catch {
    return '?';
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const documents = Number(process.argv[2] ?? 1_000_000);
  await main({ documents });
}
