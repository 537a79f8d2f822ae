import type { LoopShare } from '@whisper/trpc-socket';
import type { Clock } from './clock.ts';
import { AppError } from './errors.ts';
import { RecentCost } from './recent-cost.ts';

export type GateBounds = {
  /** Tasks at once, of all people together. */
  readonly runningMax: number;
  /** Tasks at once of one person. */
  readonly runningPerPersonMax: number;
  /** Tasks at once of all people together who have asked for much lately. */
  readonly runningOfHeavyMax: number;
  /** Points spent lately from which on a person has asked for much. */
  readonly heavyFrom: number;
  /** Tasks of one person that wait; the next is refused. */
  readonly waitingPerPersonMax: number;
};

type GateDeps = {
  readonly clock: Clock;
  /** Tasks begin as the event loop has room for them. */
  readonly share: Pick<LoopShare, 'hasRoom' | 'wait'>;
};

type Waiting = {
  readonly start: (isHeavy: boolean) => void;
  readonly refuse: (refusal: AppError) => void;
  readonly refusalOf: () => AppError | undefined;
};

type Line = {
  readonly person: string;
  running: number;
  /** It is among those whose turn comes, though nobody of it may wait any more when that has come. */
  hasTurn: boolean;
  readonly waiting: Waiting[];
};

/** Of so many tasks in a row one is of those who have asked for much, however many others wait. */
const heavyEvery = 4;

/** As long as a large page takes; a store that is slow is not waited for twice. */
const restMaxMs = 20;

export type RunOptions = {
  /** What the task costs, as far as it is known before. */
  readonly points?: number;
  /** How many of these wait is bounded elsewhere. */
  readonly isPatient?: boolean;
  /** Why the task is not to run any more. It then waits no longer than for those of its person before it. */
  readonly refusalOf?: () => AppError | undefined;
};

const noRefusal = () => undefined;

/**
 * Shares what all people use, such as the store, fairly: a few tasks run at a time, and people who have some waiting
 * take turns, however many each of them has. Those who have asked for much lately share a few of the places, however
 * many they are, and whoever has not goes before them. One person's tasks start in the order they came.
 */
export class FairGate {
  readonly #bounds: GateBounds;
  readonly #clock: Clock;
  readonly #share: GateDeps['share'];
  readonly #costs: RecentCost;
  /** Everybody who has a task running or waiting. */
  readonly #lines = new Map<string, Line>();
  /** Those whose next task may start as soon as there is room, in the order of their turns. */
  readonly #turns: Line[] = [];
  /** The same of those who have asked for much. */
  readonly #heavyTurns: Line[] = [];
  #running = 0;
  #runningOfHeavy = 0;
  #waiting = 0;
  #refused = 0;
  #sinceHeavy = 0;
  #isScheduled = false;

  constructor(bounds: GateBounds, { clock, share }: GateDeps) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#share = share;
    this.#costs = new RecentCost(clock);
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Tasks refused so far. */
  get refused(): number {
    return this.#refused;
  }

  /** Whether the person has asked for much lately. */
  isHeavy(person: string): boolean {
    return this.#canBeHeavy && this.#costs.of(person) >= this.#bounds.heavyFrom;
  }

  get #canBeHeavy(): boolean {
    return this.#bounds.heavyFrom !== Number.POSITIVE_INFINITY;
  }

  /** Runs the task when it is its turn, and settles as it does. TOO_MANY_REQUESTS when the person has too many waiting. */
  async run<T>(person: string, task: () => Promise<T>, options: RunOptions = {}): Promise<T> {
    const line = this.#lines.get(person) ?? { person, running: 0, hasTurn: false, waiting: [] };
    this.#lines.set(person, line);
    const entered = this.#enter(line, options);
    const isHeavy = typeof entered === 'boolean' ? entered : await entered;
    this.charge(person, options.points ?? 1);
    const startedAt = isHeavy ? this.#clock.now() : 0;
    try {
      return await task();
    } finally {
      this.#leave(line);
      if (isHeavy) this.#rest(Math.min(this.#clock.now() - startedAt, restMaxMs));
    }
  }

  /** A task costs so much, or turned out to cost so much more. */
  charge(person: string, points: number): void {
    if (this.#canBeHeavy) this.#costs.add(person, points);
  }

  /** Resolves when the line's next task may start, with whether it takes a place of those who have asked for much. */
  #enter(line: Line, { isPatient = false, refusalOf = noRefusal }: RunOptions): boolean | Promise<boolean> {
    const isHeavy = this.isHeavy(line.person);
    const isFirst = line.waiting.length === 0 && line.running < this.#bounds.runningPerPersonMax;
    if (isFirst && this.#hasPlace(isHeavy) && this.#share.hasRoom) return this.#start(line, isHeavy);
    if (!isPatient && line.waiting.length >= this.#bounds.waitingPerPersonMax) {
      this.#refused += 1;
      throw new AppError('TOO_MANY_REQUESTS', 'Too many calls at once, wait a moment', {
        retryAfterMs: 1_000,
      });
    }
    this.#waiting += 1;
    return new Promise((start, refuse) => {
      line.waiting.push({ start, refuse, refusalOf });
      this.#takeTurn(line);
      this.#startNext();
    });
  }

  #hasPlace(isHeavy: boolean): boolean {
    const { runningMax, runningOfHeavyMax } = this.#bounds;
    return this.#running < runningMax && (!isHeavy || this.#runningOfHeavy < runningOfHeavyMax);
  }

  #start(line: Line, isHeavy: boolean): boolean {
    line.running += 1;
    this.#running += 1;
    this.#sinceHeavy = isHeavy ? 0 : this.#sinceHeavy + 1;
    if (isHeavy) this.#runningOfHeavy += 1;
    return isHeavy;
  }

  #leave(line: Line): void {
    line.running -= 1;
    this.#running -= 1;
    this.#refuseNext(line);
    this.#takeTurn(line);
    if (line.running === 0 && line.waiting.length === 0) this.#lines.delete(line.person);
    this.#startNext();
  }

  /** Those at the head of a line that are not to run any more need no turn. */
  #refuseNext({ waiting }: Line): void {
    for (;;) {
      const [next] = waiting;
      const refusal = next?.refusalOf();
      if (!next || !refusal) return;
      waiting.shift();
      this.#waiting -= 1;
      next.refuse(refusal);
    }
  }

  /** A place of those who have asked for much stays empty for as long as it was taken: half of the time is others'. */
  #rest(restMs: number): void {
    const free = () => {
      this.#runningOfHeavy -= 1;
      this.#startNext();
    };
    if (restMs > 0) this.#clock.after(restMs, free);
    else free();
  }

  #takeTurn(line: Line): void {
    const isAtBound = line.running >= this.#bounds.runningPerPersonMax;
    if (line.hasTurn || line.waiting.length === 0 || isAtBound) return;
    line.hasTurn = true;
    if (this.isHeavy(line.person)) this.#heavyTurns.push(line);
    else this.#turns.push(line);
  }

  /** The next one at once while the event loop has room, and each of the others as it has. */
  #startNext(): void {
    if (this.#isScheduled || !this.#hasNext()) return;
    if (this.#share.hasRoom) this.#startOne();
    if (!this.#hasNext()) return;
    this.#isScheduled = true;
    this.#share.wait(() => {
      this.#isScheduled = false;
      this.#startOne();
      this.#startNext();
    });
  }

  #hasNext(): boolean {
    return this.#queueOfNext() !== undefined;
  }

  #queueOfNext(): Line[] | undefined {
    const hasHeavy = this.#heavyTurns.length > 0 && this.#hasPlace(true);
    const hasLight = this.#turns.length > 0 && this.#hasPlace(false);
    if (hasHeavy && (!hasLight || this.#sinceHeavy >= heavyEvery - 1)) return this.#heavyTurns;
    return hasLight ? this.#turns : undefined;
  }

  #startOne(): void {
    const queue = this.#queueOfNext();
    const line = queue?.shift();
    if (!line) return;
    const isHeavy = this.isHeavy(line.person);
    // Since its turn came up it has asked for much.
    if (queue === this.#turns && isHeavy) return void this.#heavyTurns.push(line);
    line.hasTurn = false;
    const next = line.waiting.shift();
    if (!next) return;
    this.#waiting -= 1;
    this.#start(line, isHeavy);
    this.#takeTurn(line);
    next.start(isHeavy);
  }
}
