/** What is begun in one turn of the event loop may take so long; the rest is for the next turn. */
const turnMs = 8;

/** Waiting tasks that one turn looks at. */
const perTurnMax = 64;

/** Of so many waiting tasks one is a newcomer's, however many others wait. */
const newcomersEvery = 4;

/** Who asks for a part of the event loop's turns. */
export interface Turns {
  /** Whether more may be begun now. Those who wait go first. */
  readonly hasRoom: boolean;
  /** Runs the task in a later turn, after those that wait already. It may do one piece without asking again. */
  wait(task: () => void): void;
}

/**
 * What all that a process does in one turn of its event loop may take, together: whoever has much to do asks before
 * each piece, and waits for a later turn when this one has had its share. So nobody who asks for little, such as
 * whether the process lives, waits for all that came in at the same moment. And nobody who is here waits for all who
 * come at the same moment: they are `newcomers` at first.
 */
export class LoopShare implements Turns {
  readonly newcomers: Turns;
  readonly #waiting: (() => void)[] = [];
  readonly #newcomers: (() => void)[] = [];
  readonly #now: () => number;
  #endsAt = 0;
  #isOpen = false;
  #scheduled = 0;
  #sinceNewcomer = 0;

  /** `now`: milliseconds of a clock that only goes forward. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    const hasRoom = () => this.#newcomers.length === 0 && this.hasRoom;
    this.newcomers = {
      get hasRoom() {
        return hasRoom();
      },
      wait: (task) => this.#add(this.#newcomers, task),
    };
  }

  get hasRoom(): boolean {
    return this.#waiting.length === 0 && this.#hasTime();
  }

  wait(task: () => void): void {
    this.#add(this.#waiting, task);
  }

  #add(queue: (() => void)[], task: () => void): void {
    queue.push(task);
    this.#schedule();
  }

  #hasTime(): boolean {
    if (this.#isOpen) return this.#now() < this.#endsAt;
    this.#isOpen = true;
    this.#endsAt = this.#now() + turnMs;
    // Runs after what came in by now, or first of all in the next turn.
    setImmediate(() => {
      this.#isOpen = false;
    });
    return true;
  }

  /** Each task in a callback of its own: what it does in promises is done, and counted, before the next. */
  #schedule(): void {
    const waiting = this.#waiting.length + this.#newcomers.length;
    while (this.#scheduled < Math.min(waiting, perTurnMax)) {
      this.#scheduled += 1;
      setImmediate(this.#runNext);
    }
  }

  readonly #runNext = (): void => {
    this.#scheduled -= 1;
    if (this.#hasTime()) this.#next()?.();
    this.#schedule();
  };

  #next(): (() => void) | undefined {
    const isNewcomersTurn = this.#waiting.length === 0 || this.#sinceNewcomer >= newcomersEvery - 1;
    const newcomer = isNewcomersTurn ? this.#newcomers.shift() : undefined;
    this.#sinceNewcomer = newcomer ? 0 : this.#sinceNewcomer + 1;
    return newcomer ?? this.#waiting.shift();
  }
}
