import { setTimeout as delay } from 'node:timers/promises';
import type { Actor } from './actors/actor.ts';
import type { Random } from './random.ts';
import type { OwnServer } from './own-server.ts';

const pauseMinMs = 50;
const pauseMaxMs = 400;
const stallMinMs = 500;
const stallMaxMs = 2_500;

type Target = {
  readonly random: Random;
  readonly actors: readonly Actor[];
  /** Ours to kill; undefined when the server is somebody else's. */
  readonly server: OwnServer | undefined;
};

/** How often each kind of fault was made. */
export type FaultCounts = { kills: number; restarts: number; cuts: number; stalls: number };

export function totalOf({ kills, restarts, cuts, stalls }: FaultCounts): number {
  return kills + restarts + cuts + stalls;
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
      await server.killAndRestart();
      counts.kills += 1;
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
