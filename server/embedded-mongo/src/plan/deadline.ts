import { CommandError } from '../errors.ts';

/** How long a command may still run (maxTimeMS), asked cheaply inside its loops. */
export class Deadline {
  readonly #at: number;
  #ticks = 0;

  constructor(maxTimeMs: number) {
    this.#at = maxTimeMs > 0 ? performance.now() + maxTimeMs : Number.POSITIVE_INFINITY;
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
}

export const noDeadline = new Deadline(0);
