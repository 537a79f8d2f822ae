/** What is begun in one turn of the event loop may take so long; the rest is for the next turn. */
const turnMs = 8;

/** What is begun in a turn after one in which somebody came. */
const hurriedMs = 1;

/** Waiting tasks that one turn looks at. */
const perTurnMax = 64;

/**
 * What all that a process does in one turn of its event loop may take, together: whoever has much to do asks before
 * each piece, and waits for a later turn when this one has had its share. So nobody who asks for little, such as
 * whether the process lives, waits for all that came in at the same moment.
 */
export class LoopShare {
  readonly #waiting: (() => void)[] = [];
  readonly #now: () => number;
  #endsAt = 0;
  #isOpen = false;
  #isHurried = false;
  #scheduled = 0;

  /** `now`: milliseconds of a clock that only goes forward. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether more may be begun now. Those who wait go first. */
  get hasRoom(): boolean {
    return this.#waiting.length === 0 && this.#hasTime();
  }

  /** Runs the task in a later turn, after those that wait already. It may do one piece without asking again. */
  wait(task: () => void): void {
    this.#waiting.push(task);
    this.#schedule();
  }

  /**
   * A connection came: this turn begins nothing more, and the next one little. libuv takes one connection in each turn
   * (https://github.com/libuv/libuv/pull/3696), so each waits at the door for as many turns as there are before it.
   */
  hurry(): void {
    this.#hasTime();
    this.#endsAt = 0;
    this.#isHurried = true;
  }

  #hasTime(): boolean {
    if (this.#isOpen) return this.#now() < this.#endsAt;
    this.#isOpen = true;
    this.#endsAt = this.#now() + (this.#isHurried ? hurriedMs : turnMs);
    this.#isHurried = false;
    // Runs after what came in by now, or first of all in the next turn.
    setImmediate(() => {
      this.#isOpen = false;
    });
    return true;
  }

  /** Each task in a callback of its own: what it does in promises is done, and counted, before the next. */
  #schedule(): void {
    while (this.#scheduled < Math.min(this.#waiting.length, perTurnMax)) {
      this.#scheduled += 1;
      setImmediate(this.#runNext);
    }
  }

  readonly #runNext = (): void => {
    this.#scheduled -= 1;
    if (this.#hasTime()) this.#waiting.shift()?.();
    this.#schedule();
  };
}
