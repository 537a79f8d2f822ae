import { CommandError } from '../errors.ts';
import type { Slice } from './pace.ts';

/** How long a command may still run, in all (maxTimeMS) and in one go; asked cheaply inside its loops. */
export class Deadline {
  readonly #at: number;
  readonly #slice: Slice | undefined;
  #ticks = 0;
  #steps = 0;

  /** Without a slice the command never has to pause. */
  constructor(maxTimeMs: number, slice?: Slice) {
    this.#at = maxTimeMs > 0 ? performance.now() + maxTimeMs : Number.POSITIVE_INFINITY;
    this.#slice = slice;
  }

  /** Throws 50 when the time is up; looks at the clock every 64th call only. */
  tick(): void {
    this.#ticks = (this.#ticks + 1) & 63;
    if (this.#ticks === 0) this.check();
  }

  check(): void {
    if (performance.now() <= this.#at) return;
    throw new CommandError('MaxTimeMSExpired', 'operation exceeded time limit');
  }

  /** Whether it is others' turn; looks at the clock every eighth call only. */
  isPauseDue(): boolean {
    if (!this.#slice) return false;
    this.#steps = (this.#steps + 1) & 7;
    return this.#steps === 0 && this.#slice.isOver;
  }
}

export const noDeadline = new Deadline(0);
