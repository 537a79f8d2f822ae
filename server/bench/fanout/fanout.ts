import type { Contender } from '../contender.ts';
import { nowUs } from '../clock.ts';
import { Peer } from '../ipc.ts';
import type { LoadRequest, Received } from './load-process.ts';
import type { ContenderName, ServerRequest } from './server-process.ts';
import { printTable } from '../table.ts';

const names: readonly ContenderName[] = ['raw ws', 'Socket.IO', 'stock tRPC', 'Whisper'];

/** Subscribers, turns of the event loop in which something is published, events a turn, pause between turns. */
const cases = [
  { subscribers: 10, turns: 1_500, burst: 1, gapMs: 1 },
  { subscribers: 200, turns: 200, burst: 1, gapMs: 10 },
  { subscribers: 1_000, turns: 60, burst: 1, gapMs: 40 },
  { subscribers: 200, turns: 60, burst: 10, gapMs: 25 },
  { subscribers: 1_000, turns: 15, burst: 10, gapMs: 120 },
] as const;

type Case = (typeof cases)[number];
type Fanout = {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
};

/** Fan-out from one publisher, each contender in a process of its own, the load in another. */
export async function benchFanout(): Promise<void> {
  for (const each of cases) {
    const results = new Map<ContenderName, Fanout>();
    for (const name of names) results.set(name, await runCase(name, each));
    printCase(each, results);
  }
  await benchIdle();
  await benchStalled();
}

type Address = Pick<Contender, 'port' | 'wire'>;

class Pair implements AsyncDisposable {
  readonly server = Peer.start(new URL('./server-process.ts', import.meta.url));
  readonly load = Peer.start(new URL('./load-process.ts', import.meta.url));
  #address: Address | undefined;

  async connect(name: ContenderName, count: number): Promise<void> {
    const start: ServerRequest = { kind: 'start', name };
    this.#address = await this.server.ask<Address>(start);
    await this.grow(count);
  }

  /** Connects until there are this many. */
  async grow(count: number): Promise<void> {
    if (this.#address) await this.askLoad({ kind: 'connect', ...this.#address, count });
  }

  askServer<Answer>(request: ServerRequest): Promise<Answer> {
    return this.server.ask(request);
  }

  askLoad<Answer>(request: LoadRequest): Promise<Answer> {
    return this.load.ask(request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.load[Symbol.asyncDispose]();
  }
}

async function runCase(name: ContenderName, { subscribers, turns, burst, gapMs }: Case): Promise<Fanout> {
  await using pair = new Pair();
  await pair.connect(name, subscribers);
  const run = async (share: number, pauseMs: number) => {
    const some = Math.ceil(turns * share);
    await pair.askLoad({ kind: 'expect', events: some * burst * subscribers });
    const startedAtUs = nowUs();
    const { cpuUs } = await pair.askServer<{ cpuUs: number }>({
      kind: 'publish',
      turns: some,
      burst,
      gapMs: pauseMs,
    });
    const received = await pair.askLoad<Received>({ kind: 'received' });
    if (received.events !== some * burst * subscribers) throw new Error(`${name} lost events`);
    return { ...received, cpuUs: cpuUs / received.events, tookUs: received.lastAtUs - startedAtUs };
  };
  await run(0.3, gapMs);
  const paced = await run(1, gapMs);
  const flood = await run(0.5, 0);
  return { ...paced, perSecond: flood.events / (flood.tookUs / 1e6) };
}

function printCase({ subscribers, burst }: Case, results: ReadonlyMap<ContenderName, Fanout>): void {
  const raw = results.get('raw ws')?.cpuUs ?? Number.NaN;
  const socketIo = results.get('Socket.IO')?.cpuUs ?? Number.NaN;
  const rows = [...results].map(([name, { cpuUs, perSecond, p50, p99 }]) => ({
    server: name,
    'CPU µs/delivery': cpuUs.toFixed(2),
    'x raw ws': (cpuUs / raw).toFixed(2),
    'x Socket.IO': (cpuUs / socketIo).toFixed(2),
    'deliveries/s': Math.round(perSecond).toLocaleString('en'),
    'p50 ms': (p50 / 1_000).toFixed(2),
    'p99 ms': (p99 / 1_000).toFixed(2),
  }));
  const how = burst === 1 ? 'one event a turn' : `${burst} events a turn`;
  printTable(`${subscribers.toLocaleString('en')} subscribers, ${how}`, rows);
}

type Memory = { readonly rss: number; readonly used: number };

/** Signed-in connections with three subscriptions each (Socket.IO: three rooms), nothing happening. */
async function benchIdle(): Promise<void> {
  const count = 1_000;
  const rows: Record<string, string>[] = [];
  for (const name of names) {
    await using pair = new Pair();
    await pair.connect(name, 100);
    const before = await pair.askServer<Memory>({ kind: 'memory' });
    await pair.grow(count + 100);
    const after = await pair.askServer<Memory>({ kind: 'memory' });
    rows.push({
      server: name,
      'heap + external KiB': ((after.used - before.used) / count / 1_024).toFixed(1),
      'RSS KiB': ((after.rss - before.rss) / count / 1_024).toFixed(1),
    });
  }
  printTable('Memory of an idle connection', rows);
}

/** Readers that stop reading; publishing ends early when the server has grown by 600 MiB. */
async function benchStalled(): Promise<void> {
  const rows: Record<string, string>[] = [];
  for (const name of names) {
    await using pair = new Pair();
    await pair.connect(name, 100);
    await pair.askLoad({ kind: 'stopReading' });
    const request: ServerRequest = {
      kind: 'stall',
      turns: 3_000,
      bytes: 8_000,
      rssGrowthMax: 600 * 1_024 ** 2,
    };
    const { published, highest, kept } = await pair.askServer<Stalled>(request);
    rows.push({
      server: name,
      events: String(published),
      'RSS growth MiB': (highest / 1_024 ** 2).toFixed(0),
      'kept MiB': (kept / 1_024 ** 2).toFixed(0),
    });
  }
  printTable('100 readers that stopped reading, events of 8 kB', rows);
}

type Stalled = { readonly published: number; readonly highest: number; readonly kept: number };
