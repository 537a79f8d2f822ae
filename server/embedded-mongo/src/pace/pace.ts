/** Given instead of a value where a command may stop for now, so that others run before it goes on. */
export const pause = 'pause' as const;
export type Pause = typeof pause;

/** Values that come one by one, with places between them where the command may stop. */
export type Paced<T> = Iterable<T | Pause>;

/** Work in slices: everything between two pauses happens in one turn. */
export type Steps<T> = Generator<Pause, T>;

export function isSteps<T>(work: T | Steps<T>): work is Steps<T> {
  return typeof work === 'object' && work !== null && 'next' in work && typeof work.next === 'function';
}

/** What takes no time, for those who expect steps. */
export function* ready<T>(value: T): Steps<T> {
  yield* [];
  return value;
}

/** Does the work at once, for those who have nobody to wait for. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The share of time a command has before it should pause; begun anew by the executor for each of its steps. */
export class Slice {
  #endsAt = Number.POSITIVE_INFINITY;

  /** Returns the time it is. */
  begin(ms: number): number {
    const now = performance.now();
    this.#endsAt = now + ms;
    return now;
  }

  get isOver(): boolean {
    return performance.now() >= this.#endsAt;
  }
}
