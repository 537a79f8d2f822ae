import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { quantile } from '../clock.ts';
import { cpuOf } from '../cpu.ts';
import { Peer } from '../../src/testing/peer.ts';
import { printTable } from '../table.ts';
import type { Load, LoadRequest } from './load-process.ts';
import type { Pair } from './pair.ts';
import type { SeedRequest } from './seed-process.ts';
import type { WhisperRequest } from './whisper-process.ts';

const usualCounts = [1, 16, 64];
/** Until their code is compiled, or a count that is asked for alone is slower than the same one after others. */
const compileMs = 6_000;
const warmUpMs = 1_500;
const roundMs = 2_000;
/** The flows take turns, so that whatever else the machine does falls on both. */
const rounds = 3;

type Wire = 'seed' | 'whisper';
const wires: readonly Wire[] = ['seed', 'whisper'];
type Result = Load & { readonly serverCpuUs: number; readonly storeCpuUs: number };

/** Durable sends: the flow of the first Whisper and ours, on the same store, one after the other. */
export async function benchSend(...counts: readonly number[]): Promise<void> {
  const senderCounts = counts.length > 0 ? counts : usualCounts;
  const dir = await mkdtemp(join(tmpdir(), 'whisper-bench-'));
  try {
    await using store = await startEmbeddedMongo({ dataDir: join(dir, 'mongo') });
    await using bench = new SendBench(store.pid);
    await bench.start(store.uri, dir);
    for (const wire of wires) await bench.run(wire, await bench.makePairs(wire, 16), compileMs);
    for (const senders of senderCounts) {
      const pairs = {
        seed: await bench.makePairs('seed', senders),
        whisper: await bench.makePairs('whisper', senders),
      };
      const results: Record<Wire, Result[]> = { seed: [], whisper: [] };
      for (const wire of wires) await bench.run(wire, pairs[wire], warmUpMs);
      for (let round = 0; round < rounds; round += 1) {
        for (const wire of wires) results[wire].push(await bench.run(wire, pairs[wire], roundMs));
      }
      printCase(senders, summarize(results.seed), summarize(results.whisper));
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

class SendBench implements AsyncDisposable {
  readonly #servers = {
    seed: Peer.start(new URL('./seed-process.ts', import.meta.url)),
    whisper: Peer.start(new URL('./whisper-process.ts', import.meta.url)),
  };
  readonly #load = Peer.start(new URL('./load-process.ts', import.meta.url));
  readonly #storePid: number;
  #ports: Record<Wire, number> = { seed: 0, whisper: 0 };

  constructor(storePid: number) {
    this.#storePid = storePid;
  }

  async start(uri: string, dir: string): Promise<void> {
    const seed: SeedRequest = { kind: 'start', uri };
    const whisper: WhisperRequest = { kind: 'start', uri, dataDir: join(dir, 'whisper') };
    this.#ports = {
      seed: await this.#servers.seed.ask<number>(seed),
      whisper: await this.#servers.whisper.ask<number>(whisper),
    };
  }

  makePairs(wire: Wire, count: number): Promise<Pair[]> {
    return wire === 'seed'
      ? this.#servers.seed.ask({ kind: 'pairs', count } satisfies SeedRequest)
      : this.#load.ask({ kind: 'pairs', port: this.#ports.whisper, count } satisfies LoadRequest);
  }

  async run(wire: Wire, pairs: readonly Pair[], durationMs: number): Promise<Result> {
    const before = await this.#readCpu(wire);
    const request: LoadRequest = { kind: 'run', wire, port: this.#ports[wire], pairs, durationMs };
    const load = await this.#load.ask<Load>(request);
    const after = await this.#readCpu(wire);
    const { sent, latencies } = load;
    if (latencies.length !== sent) throw new Error(`${wire}: ${sent} sent, ${latencies.length} delivered`);
    return { ...load, serverCpuUs: after.server - before.server, storeCpuUs: after.store - before.store };
  }

  async #readCpu(wire: Wire): Promise<{ server: number; store: number }> {
    const { user, system } = await this.#servers[wire].ask<NodeJS.CpuUsage>({ kind: 'cpu' });
    return { server: user + system, store: cpuOf(this.#storePid) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of [this.#load, ...Object.values(this.#servers)]) await peer[Symbol.asyncDispose]();
  }
}

function summarize(results: readonly Result[]) {
  const sum = (value: (result: Result) => number) => results.reduce((total, each) => total + value(each), 0);
  const sent = sum((result) => result.sent);
  const latencies = Float64Array.from(results.flatMap((result) => [...result.latencies])).toSorted();
  return {
    rate: sent / sum((result) => result.seconds),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    serverCpuUs: sum((result) => result.serverCpuUs) / sent,
    storeCpuUs: sum((result) => result.storeCpuUs) / sent,
  };
}

type Summary = ReturnType<typeof summarize>;

function printCase(senders: number, seed: Summary, whisper: Summary): void {
  const toRow = (flow: string, { rate, p50, p99, serverCpuUs, storeCpuUs }: Summary) => ({
    flow,
    'sends/s': Math.round(rate).toLocaleString('en'),
    'x seed': (rate / seed.rate).toFixed(2),
    'p50 ms': (p50 / 1_000).toFixed(2),
    'p99 ms': (p99 / 1_000).toFixed(2),
    'p99 x seed': (p99 / seed.p99).toFixed(2),
    'server CPU µs/send': serverCpuUs.toFixed(0),
    'store CPU µs/send': storeCpuUs.toFixed(0),
  });
  printTable(`${senders} senders, each with a chat of their own`, [
    toRow('seed', seed),
    toRow('Whisper', whisper),
  ]);
}
