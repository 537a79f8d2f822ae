import { AppError } from './errors.ts';

export type GateBounds = {
  /** Tasks at once, of all people together. */
  readonly runningMax: number;
  /** Tasks at once of one person. */
  readonly runningPerPersonMax: number;
  /** Tasks of one person that wait; the next is refused. */
  readonly waitingPerPersonMax: number;
};

type Line = { running: number; readonly waiting: (() => void)[] };

export type RunOptions = { readonly isPatient?: boolean };

/**
 * Shares what all people use, such as the store, fairly: a few tasks run at a time, and people who have some waiting
 * take turns, however many each of them has. One person's tasks start in the order they came.
 */
export class FairGate {
  readonly #bounds: GateBounds;
  /** Everybody who has a task running or waiting. */
  readonly #lines = new Map<string, Line>();
  /** Those whose next task may start as soon as there is room, in the order of their turns. */
  readonly #turns: Line[] = [];
  #running = 0;
  #waiting = 0;
  #refused = 0;

  constructor(bounds: GateBounds) {
    this.#bounds = bounds;
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

  /**
   * Runs the task when it is its turn, and settles as it does. TOO_MANY_REQUESTS when the person has too many waiting,
   * unless the caller is patient: then its number is bounded elsewhere.
   */
  async run<T>(person: string, task: () => Promise<T>, { isPatient = false }: RunOptions = {}): Promise<T> {
    const line = this.#lines.get(person) ?? { running: 0, waiting: [] };
    this.#lines.set(person, line);
    if (this.#hasRoomFor(line)) this.#start(line);
    else await this.#wait(line, isPatient);
    try {
      return await task();
    } finally {
      this.#finish(person, line);
    }
  }

  #hasRoomFor({ running, waiting }: Line): boolean {
    const { runningMax, runningPerPersonMax } = this.#bounds;
    return this.#running < runningMax && running < runningPerPersonMax && waiting.length === 0;
  }

  #start(line: Line): void {
    line.running += 1;
    this.#running += 1;
  }

  #wait(line: Line, isPatient: boolean): Promise<void> {
    if (!isPatient && line.waiting.length >= this.#bounds.waitingPerPersonMax) {
      this.#refused += 1;
      throw new AppError('TOO_MANY_REQUESTS', 'Too many calls at once, wait a moment', {
        retryAfterMs: 1_000,
      });
    }
    this.#waiting += 1;
    return new Promise((resolve) => {
      if (line.waiting.push(resolve) === 1) this.#takeTurn(line);
    });
  }

  #takeTurn(line: Line): void {
    if (line.waiting.length > 0 && line.running < this.#bounds.runningPerPersonMax) this.#turns.push(line);
  }

  #finish(person: string, line: Line): void {
    line.running -= 1;
    this.#running -= 1;
    // Of a line that was at its bound nobody has a turn.
    if (line.running === this.#bounds.runningPerPersonMax - 1) this.#takeTurn(line);
    if (line.running === 0 && line.waiting.length === 0) this.#lines.delete(person);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#running < this.#bounds.runningMax) {
      const line = this.#turns.shift();
      const start = line?.waiting.shift();
      if (!line || !start) return;
      this.#waiting -= 1;
      this.#start(line);
      this.#takeTurn(line);
      start();
    }
  }
}
