import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RedisServer } from '../../src/nodes/redis-server.ts';
import { ageUs, nowUs, quantile, stampedText } from '../clock.ts';
import { printTable } from '../table.ts';
import { cpuUsOf, type Fleet, type Gathering } from './fleet.ts';
import { startSocketIo } from './fleet.socketio.ts';
import { startWhisper } from './fleet.whisper.ts';
import { publishesBetween, readRedisWork } from './redis-stats.ts';

const readerCounts = [1, 10, 100];
const messagesEach = 100;
const gapMs = 10;
const idleMs = 3_000;
/** Both places take turns, so that whatever else the machine does falls on both. */
const rounds = 4;
const places = ['the same node', 'the other node'] as const;

type Place = (typeof places)[number];

/** What one round cost: microseconds of CPU by node, latencies, and what Redis did. */
type Cost = {
  readonly cpuUs: readonly [number, number];
  readonly us: number;
  readonly latencies: readonly number[];
  readonly publishes: number;
  readonly bytes: number;
};

/** What each node spends in a microsecond in which nothing happens. */
type Idle = readonly [number, number];

type Scene = { readonly redisUrl: string; readonly fleet: Fleet; readonly readers: number };

/** What a delivery costs on the sender's node and on another one, beside Socket.IO with its Redis adapter. */
export async function benchDeliveries(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'whisper-bench-'));
  const store = await startEmbeddedMongo({ dataDir: join(dataDir, 'mongo'), isDurable: false });
  await using redis = await RedisServer.start();
  const ground = { uri: store.uri, redisUrl: redis.url, dataDir };
  const fleets: Fleet[] = [];
  try {
    fleets.push(await startWhisper(ground));
    fleets.push(await startSocketIo(ground));
    for (const readers of readerCounts) {
      const rows: Record<string, string>[] = [];
      for (const fleet of fleets) rows.push(...(await compare({ redisUrl: redis.url, fleet, readers })));
      printTable(`A message to ${readers} reader(s), of somebody on the first of two nodes`, rows);
    }
  } finally {
    for (const { peers } of fleets) for (const peer of peers) await peer[Symbol.asyncDispose]();
    await store.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function compare(scene: Scene): Promise<Record<string, string>[]> {
  const { fleet, readers } = scene;
  let latencies: number[] = [];
  const onDelivered = (payload: Buffer) => void latencies.push(ageUs(payload, nowUs()));
  const gatherings: Record<Place, Gathering> = {
    'the same node': await fleet.gather(readers, 0, onDelivered),
    'the other node': await fleet.gather(readers, 1, onDelivered),
  };
  const costs: Record<Place, Cost[]> = { 'the same node': [], 'the other node': [] };
  for (let round = -1; round < rounds; round += 1) {
    for (const place of places) {
      latencies = [];
      const cost = await measure(scene, gatherings[place], () => latencies);
      // The first one warms up.
      if (round >= 0) costs[place].push(cost);
    }
  }
  const idle = await measureIdle(fleet);
  for (const place of places) for (const socket of gatherings[place].sockets) socket.destroy();
  const same = perDelivery(costs['the same node'], { readers, idle });
  return places.map((place) => toRow(scene, place, { costs: costs[place], same, idle }));
}

async function measureIdle(fleet: Fleet): Promise<Idle> {
  const [before, startedAt] = [await cpuUsOf(fleet), nowUs()];
  await delay(idleMs);
  const [after, us] = [await cpuUsOf(fleet), nowUs() - startedAt];
  return [(after[0] - before[0]) / us, (after[1] - before[1]) / us];
}

async function measure(
  { redisUrl, fleet, readers }: Scene,
  gathering: Gathering,
  heard: () => readonly number[],
): Promise<Cost> {
  const [redisBefore, before, startedAt] = [await readRedisWork(redisUrl), await cpuUsOf(fleet), nowUs()];
  for (let count = 0; count < messagesEach; count += 1) {
    await gathering.send(stampedText());
    await delay(gapMs);
  }
  while (heard().length < messagesEach * readers) await delay(5);
  const [after, redisAfter, endedAt] = [await cpuUsOf(fleet), await readRedisWork(redisUrl), nowUs()];
  return {
    cpuUs: [after[0] - before[0], after[1] - before[1]],
    us: endedAt - startedAt,
    latencies: [...heard()],
    publishes: publishesBetween(redisBefore, redisAfter),
    bytes: redisAfter.bytes - redisBefore.bytes,
  };
}

const sumOf = (costs: readonly Cost[], value: (cost: Cost) => number) =>
  costs.reduce((sum, cost) => sum + value(cost), 0);

/** What the nodes spend while nothing happens is not the deliveries'. */
function perDelivery(
  costs: readonly Cost[],
  { readers, idle }: { readonly readers: number; readonly idle: Idle },
): number {
  const spent = sumOf(costs, ({ cpuUs, us }) => cpuUs[0] + cpuUs[1] - us * (idle[0] + idle[1]));
  return spent / (costs.length * messagesEach * readers);
}

function toRow(
  { fleet, readers }: Scene,
  place: Place,
  { costs, same, idle }: { readonly costs: readonly Cost[]; readonly same: number; readonly idle: Idle },
): Record<string, string> {
  const messages = costs.length * messagesEach;
  const latencies = Float64Array.from(costs.flatMap((cost) => cost.latencies)).toSorted();
  const mine = perDelivery(costs, { readers, idle });
  const second = sumOf(costs, ({ cpuUs, us }) => cpuUs[1] - us * idle[1]) / messages;
  return {
    server: fleet.name,
    'readers on': place,
    'CPU µs/delivery': mine.toFixed(1),
    'x same node': (mine / same).toFixed(2),
    'second node µs/message': second.toFixed(0),
    'p50 ms': (quantile(latencies, 0.5) / 1_000).toFixed(2),
    'p99 ms': (quantile(latencies, 0.99) / 1_000).toFixed(2),
    'publishes/message': (sumOf(costs, ({ publishes }) => publishes) / messages).toFixed(2),
    'Redis bytes/message': (sumOf(costs, ({ bytes }) => bytes) / messages).toFixed(0),
  };
}
