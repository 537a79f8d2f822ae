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

/** Makes faults one after the other until it is told to stop or has made `max`. Resolves with nothing left broken. */
export async function makeFaults(
  { random, actors, server }: Target,
  { signal, max }: { readonly signal: AbortSignal; readonly max: number },
): Promise<FaultCounts> {
  const counts: FaultCounts = { kills: 0, restarts: 0, cuts: 0, stalls: 0 };
  const total = () => counts.kills + counts.restarts + counts.cuts + counts.stalls;
  while (!signal.aborted && total() < max) {
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
  return counts;
}
