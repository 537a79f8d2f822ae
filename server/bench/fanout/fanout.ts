import { nowUs } from '../clock.ts';
import { benchGroups } from '../groups/groups.ts';
import { printTable } from '../table.ts';
import type { Received } from './load-process.ts';
import { benchIdle, benchStalled } from './memory.ts';
import { names, Pair } from './pair.ts';
import type { ContenderName } from './server-process.ts';

/** Subscribers, and per round: turns in which something is published, events a turn, pause between turns. */
const cases = [
  { subscribers: 10, turns: 300, burst: 1, gapMs: 1 },
  { subscribers: 200, turns: 60, burst: 1, gapMs: 10 },
  { subscribers: 200, turns: 20, burst: 10, gapMs: 25 },
  { subscribers: 1_000, turns: 12, burst: 1, gapMs: 40 },
  { subscribers: 1_000, turns: 3, burst: 10, gapMs: 120 },
] as const;

/** The contenders take turns and the median counts, so that what else the machine does falls on none alone. */
const rounds = 5;

type Case = (typeof cases)[number];
type Round = {
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
};

/** Fan-out from one publisher, each contender in a process of its own, its load in another. */
export async function benchFanout(): Promise<void> {
  await using race = new Race();
  await race.start();
  for (const each of cases) printCase(each, await race.run(each));
  await benchIdle();
  await benchStalled();
  await benchGroups();
}

class Race implements AsyncDisposable {
  readonly #pairs = new Map(names.map((name) => [name, new Pair()]));

  async start(): Promise<void> {
    for (const [name, pair] of this.#pairs) await pair.connect(name, 0);
  }

  async run(each: Case): Promise<ReadonlyMap<ContenderName, Round>> {
    const results = new Map<ContenderName, Round[]>(names.map((name) => [name, []]));
    for (const pair of this.#pairs.values()) {
      await pair.grow(each.subscribers);
      await runRound(pair, each);
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, pair] of this.#pairs) results.get(name)?.push(await runRound(pair, each));
    }
    return new Map([...results].map(([name, all]) => [name, medianOf(all)]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pair of this.#pairs.values()) await pair[Symbol.asyncDispose]();
  }
}

/** Once with pauses, for the cost and the delay of a delivery, and once without, for the rate. */
async function runRound(pair: Pair, { subscribers, turns, burst, gapMs }: Case): Promise<Round> {
  const run = async (pauseMs: number) => {
    const events = turns * burst * subscribers;
    await pair.askLoad({ kind: 'expect', events });
    const startedAtUs = nowUs();
    const { cpuUs } = await pair.askServer<{ cpuUs: number }>({
      kind: 'publish',
      turns,
      burst,
      gapMs: pauseMs,
    });
    const received = await pair.askLoad<Received>({ kind: 'received' });
    if (received.events !== events) throw new Error(`${events - received.events} deliveries are missing`);
    return { ...received, cpuUs: cpuUs / events, tookUs: received.lastAtUs - startedAtUs };
  };
  const paced = await run(gapMs);
  const flood = await run(0);
  return { ...paced, perSecond: flood.events / (flood.tookUs / 1e6) };
}

function medianOf(all: readonly Round[]): Round {
  const median = (value: (round: Round) => number) =>
    all.map(value).toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
  return {
    cpuUs: median((round) => round.cpuUs),
    perSecond: median((round) => round.perSecond),
    p50: median((round) => round.p50),
    p99: median((round) => round.p99),
  };
}

function printCase({ subscribers, burst }: Case, results: ReadonlyMap<ContenderName, Round>): void {
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
