import { ageUs, nowUs, stampedText } from '../clock.ts';
import { serve } from '../../src/testing/peer.ts';
import type { Pair } from './pair.ts';
import { connectSeedPair } from './seed-pair.ts';
import { connectWhisperPair, makeWhisperPair } from './whisper-pair.ts';

export type LoadRequest =
  | { readonly kind: 'pairs'; readonly port: number; readonly count: number }
  | {
      readonly kind: 'run';
      readonly wire: 'seed' | 'whisper';
      readonly port: number;
      readonly pairs: readonly Pair[];
      readonly durationMs: number;
    };

/** `sent` counts acknowledged messages; latencies are microseconds from sending to delivery. */
export type Load = { readonly sent: number; readonly seconds: number; readonly latencies: Float64Array };

serve(async (request: LoadRequest) => {
  if (request.kind === 'run') return run(request);
  const { port, count } = request;
  return Promise.all(Array.from({ length: count }, () => makeWhisperPair(port)));
});

async function run({ wire, port, pairs, durationMs }: Extract<LoadRequest, { kind: 'run' }>): Promise<Load> {
  const connectPair = wire === 'seed' ? connectSeedPair : connectWhisperPair;
  const latencies: number[] = [];
  const onDelivered = (payload: Buffer) => void latencies.push(ageUs(payload, nowUs()));
  const connected = await Promise.all(pairs.map((pair) => connectPair(port, pair, onDelivered)));
  const startedAt = nowUs();
  const endsAt = startedAt + durationMs * 1_000;
  let sent = 0;
  await Promise.all(
    connected.map(async ({ sender }) => {
      while (nowUs() < endsAt) {
        await sender.send(stampedText());
        sent += 1;
      }
    }),
  );
  const seconds = (nowUs() - startedAt) / 1e6;
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (const pair of connected) pair.close();
  return { sent, seconds, latencies: Float64Array.from(latencies) };
}
