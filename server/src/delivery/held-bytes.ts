import type { Clock } from '../platform/clock.ts';

/** Something of one person's for which this process holds bytes: a socket, an answer. */
export interface Holder {
  /** What it sent and nobody has read, and what it has not read yet. */
  readonly heldBytes: number;
  /** Gives it up, with all it holds. */
  release(): void;
}

const mebibyte = 1024 * 1024;

/** Bounds on what one person, and all together, can make this process hold. */
export const heldBounds = {
  /** Beyond it a person's calls are refused until they have read. */
  personMax: 8 * mebibyte,
  /** Beyond it what holds most for the person is given up. */
  personHardMax: 16 * mebibyte,
  /** Beyond it what holds most of all is given up. */
  totalMax: 96 * mebibyte,
  checkIntervalMs: 250,
} as const;

/** What this process holds for each person, on every wire. */
export class HeldBytes {
  readonly #clock: Clock;
  readonly #byPerson = new Map<string, Set<Holder>>();
  #total = 0;
  #cancelCheck: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#scheduleCheck();
  }

  /** As it was when it was last checked. */
  get total(): number {
    return this.#total;
  }

  /** Counts what this holds, until the returned function is called. */
  add(personId: string, holder: Holder): () => void {
    const holders = this.#byPerson.get(personId) ?? new Set();
    this.#byPerson.set(personId, holders.add(holder));
    return () => {
      holders.delete(holder);
      if (holders.size === 0 && this.#byPerson.get(personId) === holders) this.#byPerson.delete(personId);
    };
  }

  of(personId: string): number {
    return sumOf(this.#byPerson.get(personId) ?? []);
  }

  /** Whether a person may have this process hold so much more; less when all together hold much. */
  hasRoomFor(personId: string, bytes: number): boolean {
    const { personMax, totalMax } = heldBounds;
    const max = this.#total > totalMax / 2 ? personMax / 8 : personMax;
    return this.of(personId) + bytes <= max;
  }

  close(): void {
    this.#cancelCheck();
  }

  /** Gives up what holds too much. */
  check(): void {
    const { personHardMax, totalMax } = heldBounds;
    const sums = [...this.#byPerson].map(([personId, holders]) => ({ personId, bytes: sumOf(holders) }));
    this.#total = 0;
    for (const sum of sums) {
      while (sum.bytes > personHardMax) sum.bytes -= this.#releaseLargest(sum.personId);
      this.#total += sum.bytes;
    }
    if (this.#total <= totalMax) return;
    for (const { personId } of sums.toSorted((a, b) => b.bytes - a.bytes)) {
      if (this.#total <= totalMax) return;
      this.#total -= this.#releaseLargest(personId);
    }
  }

  #releaseLargest(personId: string): number {
    const holders = [...(this.#byPerson.get(personId) ?? [])];
    const [largest] = holders.toSorted((a, b) => b.heldBytes - a.heldBytes);
    if (!largest) return Number.POSITIVE_INFINITY;
    const { heldBytes } = largest;
    this.#byPerson.get(personId)?.delete(largest);
    largest.release();
    return Math.max(heldBytes, 1);
  }

  #scheduleCheck(): void {
    this.#cancelCheck = this.#clock.after(heldBounds.checkIntervalMs, () => {
      this.check();
      this.#scheduleCheck();
    });
  }
}

function sumOf(holders: Iterable<Holder>): number {
  let sum = 0;
  for (const { heldBytes } of holders) sum += heldBytes;
  return sum;
}
