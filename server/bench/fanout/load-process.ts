import type { Wire } from '../contender.ts';
import { ageUs, nowUs, quantile } from '../clock.ts';
import { serve } from '../../src/testing/peer.ts';
import { LoadSocket } from './load-socket.ts';

export type LoadRequest =
  | { readonly kind: 'connect'; readonly port: number; readonly wire: Wire; readonly count: number }
  | { readonly kind: 'expect'; readonly events: number }
  | { readonly kind: 'received' }
  | { readonly kind: 'stopReading' }
  | { readonly kind: 'disconnect' };

export type Received = {
  readonly events: number;
  readonly p50: number;
  readonly p99: number;
  readonly lastAtUs: number;
};

const subscriptions = ['onMessage', 'onTyping', 'onPresence'];
/** Connections opened at once. */
const stride = 50;

let sockets: LoadSocket[] = [];
let latencies = new Float64Array(0);
let received = 0;
let lastAtUs = 0;
let onAll: () => void = () => undefined;

serve(async (request: LoadRequest) => {
  switch (request.kind) {
    case 'connect':
      return connectAll(request);
    case 'expect':
      latencies = new Float64Array(request.events);
      received = 0;
      return;
    case 'received':
      return waitForAll();
    case 'stopReading':
      for (const { socket } of sockets) socket.stopReading();
      return;
    case 'disconnect':
      for (const { socket } of sockets) socket.destroy();
      sockets = [];
      return;
  }
});

async function connectAll({ port, wire, count }: { port: number; wire: Wire; count: number }): Promise<void> {
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(stride, count - sockets.length) }, (_, index) => {
      const token = `person ${sockets.length + index}`;
      return new LoadSocket({ port, wire, token, subscriptions, onEvent });
    });
    await Promise.all(batch.map((socket) => socket.ready));
    sockets.push(...batch);
  }
}

function onEvent(payload: Buffer): void {
  lastAtUs = nowUs();
  latencies[received] = ageUs(payload, lastAtUs);
  received += 1;
  if (received === latencies.length) onAll();
}

async function waitForAll(): Promise<Received> {
  if (received < latencies.length)
    await Promise.race([new Promise<void>((resolve) => (onAll = resolve)), patience()]);
  const sorted = latencies.slice(0, received).toSorted();
  return { events: received, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), lastAtUs };
}

/** A server that lost something must not hang the bench. */
function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 15_000).unref());
}
