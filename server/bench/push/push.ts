import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { quantile } from '../clock.ts';
import { Peer } from '../../src/testing/peer.ts';
import type { Load, LoadRequest } from '../send/load-process.ts';
import type { Pair } from '../send/pair.ts';
import type { WhisperRequest } from '../send/whisper-process.ts';
import { printTable } from '../table.ts';
import { TrpcCaller } from '../trpc-caller.ts';

const roundMs = 4_000;
const rounds = 4;

type Contender = { readonly name: string; readonly port: number; readonly pairs: readonly Pair[] };

/** What pushing costs a send: without it, with it where nobody has a device, and where every receiver has one. */
export async function benchPush(senders = 16): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'whisper-bench-'));
  const service = await startService();
  const peers = [0, 1, 2].map(() => Peer.start(new URL('../send/whisper-process.ts', import.meta.url)));
  const load = Peer.start(new URL('../send/load-process.ts', import.meta.url));
  try {
    await using store = await startEmbeddedMongo({ dataDir: join(dir, 'mongo') });
    const names = ['PUSH=off', 'no devices', 'a device each'];
    const contenders: Contender[] = [];
    for (const [index, peer] of peers.entries()) {
      const request: WhisperRequest = {
        kind: 'start',
        uri: withDatabase(store.uri, `push${index}`),
        dataDir: join(dir, `whisper${index}`),
        env: { PUSH: index === 0 ? 'off' : 'on', PUSH_EXPO_URL: service.url },
      };
      const port = await peer.ask<number>(request);
      const pairs = await load.ask<Pair[]>({ kind: 'pairs', port, count: senders } satisfies LoadRequest);
      contenders.push({ name: names[index] ?? '', port, pairs });
    }
    const last = contenders.at(-1);
    if (last) await registerAll(last);
    await compare(load, contenders, service);
  } finally {
    for (const peer of [load, ...peers]) await peer[Symbol.asyncDispose]();
    await service.close();
    await rm(dir, { recursive: true, force: true });
  }
}

/** They take turns, so that whatever else the machine does falls on all. */
async function compare(load: Peer, contenders: readonly Contender[], service: Service): Promise<void> {
  const results = contenders.map((): Load[] => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, { port, pairs }] of contenders.entries()) {
      const request: LoadRequest = { kind: 'run', wire: 'whisper', port, pairs, durationMs: roundMs };
      const done = await load.ask<Load>(request);
      if (round >= 0) results[index]?.push(done);
    }
  }
  const rates = results.map(rateOf);
  const rows = contenders.map(({ name }, index) => {
    const sorted = Float64Array.from(
      (results[index] ?? []).flatMap(({ latencies }) => [...latencies]),
    ).toSorted();
    return {
      '': name,
      'sends/s': Math.round(rates[index] ?? 0).toLocaleString('en'),
      'x off': ((rates[index] ?? 0) / (rates[0] ?? 1)).toFixed(2),
      'p50 ms': (quantile(sorted, 0.5) / 1_000).toFixed(2),
      'p99 ms': (quantile(sorted, 0.99) / 1_000).toFixed(2),
    };
  });
  printTable(
    `${contenders[0]?.pairs.length} senders, each with a chat of their own; ${service.count()} pushes`,
    rows,
  );
}

function rateOf(results: readonly Load[]): number {
  const sum = (value: (load: Load) => number) => results.reduce((total, each) => total + value(each), 0);
  return sum(({ sent }) => sent) / sum(({ seconds }) => seconds);
}

async function registerAll({ port, pairs }: Contender): Promise<void> {
  for (const { receiverToken } of pairs) {
    const receiver = await TrpcCaller.open(port, receiverToken);
    await receiver.call('mutation', 'device.register', {
      kind: 'expo',
      token: `ExpoPushToken[${randomUUID()}]`,
    });
    receiver.close();
  }
}

type Service = { readonly url: string; count(): number; close(): Promise<void> };

/** Takes every push. */
async function startService(): Promise<Service> {
  let count = 0;
  const server = createServer((request, response) => {
    void json(request).then((messages) => {
      const data = (messages as unknown[]).map(() => ({ status: 'ok', id: String((count += 1)) }));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ data }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => count,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function withDatabase(uri: string, database: string): string {
  const [address = '', query] = uri.split('?');
  const origin = /^mongodb(?:\+srv)?:\/\/[^/]+/.exec(address)?.[0] ?? address;
  return `${origin}/${database}${query ? `?${query}` : ''}`;
}
