import { createBoundedCache } from './bounded-cache.ts';
import type { Clock } from './clock.ts';

/** After so long half of what was spent is forgotten. */
const halfLifeMs = 1_000;

/** Of more people than this nobody is at work in a few seconds. */
const peopleMax = 10_000;

type Level = { points: number; at: number };

/** What each person has cost lately, in the points of their budgets: the older, the less it counts. */
export class RecentCost {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #levels = createBoundedCache<string, Level>(peopleMax);

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  of(personId: string): number {
    const level = this.#levels.get(personId);
    return level ? this.#fade(level) : 0;
  }

  add(personId: string, points: number): void {
    const level = this.#levels.get(personId) ?? { points: 0, at: this.#clock.now() };
    level.points = this.#fade(level) + points;
    level.at = this.#clock.now();
    this.#levels.set(personId, level);
  }

  #fade({ points, at }: Level): number {
    return points * 2 ** (-Math.max(0, this.#clock.now() - at) / halfLifeMs);
  }
}
