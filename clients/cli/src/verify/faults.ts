import { setTimeout as delay } from 'node:timers/promises';
import type { Actor } from './actors/actor.ts';
import type { Random } from './random.ts';

const pauseMinMs = 50;
const pauseMaxMs = 400;
const stallMinMs = 500;
const stallMaxMs = 2_500;

/** Every kind of fault, as the report words it. */
export const faultWords = {
  kills: 'kill -9 of a server',
  switches: 'servers ended in peace',
  redisStops: 'Redis stopped and continued',
  redisKills: 'Redis killed and restarted empty',
  storeStalls: 'database stalled',
  restarts: 'clients restarted',
  cuts: 'connections cut',
  stalls: 'readers stalled',
} as const;

export type FaultKind = keyof typeof faultWords;

/** How often each kind of fault was made. */
export type FaultCounts = Record<FaultKind, number>;

export type ServerFault = {
  readonly kind: FaultKind;
  /** Resolves with nothing left broken. */
  readonly make: (random: Random) => Promise<void>;
};

/** What may be done in one piece, in the place of faults by chance, as the report words it. */
export const playWords = {
  outage: 'Redis was killed, and came back empty',
  rolling: 'every server ended in peace and was replaced, one after the other',
} as const;

export type Play = keyof typeof playWords;

/** Ours to break. */
export interface BreakableServer extends AsyncDisposable {
  readonly url: string;
  readonly faults: readonly ServerFault[];
  /** Throws where there is nothing of the kind to break. `seconds` is how long an outage lasts. */
  play(play: Play, seconds: number): Promise<void>;
}

type Target = {
  readonly random: Random;
  readonly actors: readonly Actor[];
  /** Undefined when the server is somebody else's. */
  readonly server: BreakableServer | undefined;
};

export function noFaults(): FaultCounts {
  const kinds = Object.keys(faultWords) as FaultKind[];
  return Object.fromEntries(kinds.map((kind) => [kind, 0])) as FaultCounts;
}

export function totalOf(counts: FaultCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

type Limits = { readonly signal: AbortSignal; readonly max: number; readonly counts: FaultCounts };

/**
 * Makes faults one after the other, and counts them, until it is told to stop or has made `max`. Resolves with
 * nothing left broken.
 */
export async function makeFaults(
  { random, actors, server }: Target,
  { signal, max, counts }: Limits,
): Promise<void> {
  while (!signal.aborted && totalOf(counts) < max) {
    await delay(random.between(pauseMinMs, pauseMaxMs));
    const dice = random.next();
    if (server && dice < 0.2) {
      const { kind, make } = random.pick(server.faults);
      await make(random);
      counts[kind] += 1;
    } else if (dice < 0.35) {
      random.pick(actors.filter((actor) => 'restart' in actor)).restart?.();
      counts.restarts += 1;
    } else if (dice < 0.8) {
      random.pick(actors).cut();
      counts.cuts += 1;
    } else {
      random.pick(actors).stall(random.between(stallMinMs, stallMaxMs));
      counts.stalls += 1;
    }
  }
}
