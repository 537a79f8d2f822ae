import { setTimeout as sleep, setImmediate } from 'node:timers/promises';
import type { Contender } from '../contender.ts';
import { makeEvent } from './events.ts';
import { serve } from '../../src/testing/peer.ts';
import { startRawWs } from './raw-ws.ts';
import { startSocketIo } from './socket-io.ts';
import { startStockTrpc } from './stock-trpc.ts';
import { startWhisper } from './whisper.ts';

export const contenders = {
  'raw ws': startRawWs,
  'Socket.IO': startSocketIo,
  'stock tRPC': startStockTrpc,
  Whisper: startWhisper,
} as const;

export type ContenderName = keyof typeof contenders;

export type ServerRequest =
  | { readonly kind: 'start'; readonly name: ContenderName }
  | { readonly kind: 'publish'; readonly turns: number; readonly burst: number; readonly gapMs: number }
  | { readonly kind: 'stall'; readonly turns: number; readonly bytes: number; readonly rssGrowthMax: number }
  | { readonly kind: 'memory' };

let contender: Contender | undefined;
let rev = 0;

serve(async (request: ServerRequest) => {
  switch (request.kind) {
    case 'start':
      contender = await contenders[request.name]();
      return { port: contender.port, wire: contender.wire };
    case 'publish':
      return publish(request.turns, request.burst, request.gapMs);
    case 'stall':
      return publishToStalled(request.turns, request.bytes, request.rssGrowthMax);
    case 'memory':
      return measureMemory();
  }
});

function publishTurn(burst: number, padding?: number): void {
  contender?.publish(Array.from({ length: burst }, () => makeEvent((rev += 1), padding)));
}

/** The CPU this process spent, in microseconds, from the first publication to the last write. */
async function publish(turns: number, burst: number, gapMs: number) {
  const before = process.cpuUsage();
  for (let turn = 0; turn < turns; turn += 1) {
    publishTurn(burst);
    await (gapMs > 0 ? sleep(gapMs) : setImmediate());
  }
  await sleep(100);
  const { user, system } = process.cpuUsage(before);
  return { cpuUs: user + system };
}

async function publishToStalled(turns: number, bytes: number, rssGrowthMax: number) {
  const before = await measureMemory();
  let highest = 0;
  let published = 0;
  while (published < turns && highest < rssGrowthMax) {
    publishTurn(1, bytes);
    published += 1;
    await setImmediate();
    highest = Math.max(highest, process.memoryUsage.rss() - before.rss);
  }
  await sleep(200);
  const after = await measureMemory();
  return { published, highest, kept: after.rss - before.rss };
}

async function measureMemory() {
  for (let round = 0; round < 3; round += 1) {
    global.gc?.();
    await sleep(50);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, used: heapUsed + external };
}
