import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { SortByKey } from '../query/sort.ts';
import type { Deadline } from '../pace/deadline.ts';
import { type Pause, pause } from '../pace/pace.ts';
import { sortInSteps } from '../pace/sort-in-steps.ts';

/** MongoDB's own limit for a sort without an index. */
export const sortBytesMax = 100 * 1024 * 1024;

type Sized = { readonly bytes: Buffer };
type Row<T> = { readonly key: readonly BsonValue[]; readonly order: number; readonly item: T };

/**
 * Sorts documents that come in any order, equal ones as they came. With a limit it keeps only that many, in a heap
 * whose top is the worst; without one it throws 292 beyond 100 MiB.
 */
export class TopSort<T extends Sized> {
  readonly #sort: SortByKey;
  readonly #limit: number;
  readonly #rows: Row<T>[] = [];
  #bytes = 0;
  #count = 0;

  constructor(sort: SortByKey, limit: number) {
    this.#sort = sort;
    this.#limit = limit > 0 ? limit : Number.POSITIVE_INFINITY;
  }

  add(document: BsonDocument, item: T): void {
    const row = { key: this.#sort.keyOf(document), order: this.#count++, item };
    if (this.#rows.length < this.#limit) {
      this.#grow(item.bytes.length);
      this.#rows.push(row);
      if (this.#isHeap) this.#up(this.#rows.length - 1);
      return;
    }
    const [worst] = this.#rows;
    if (!worst || this.#compare(row, worst) >= 0) return;
    this.#grow(item.bytes.length - worst.item.bytes.length);
    this.#rows[0] = row;
    this.#down();
  }

  *take(deadline: Deadline): Generator<T | Pause> {
    const rows = yield* sortInSteps(this.#rows, (a, b) => this.#compare(a, b), deadline);
    for (const { item } of rows) {
      yield item;
      if (deadline.isPauseDue()) yield pause;
    }
  }

  get #isHeap(): boolean {
    return Number.isFinite(this.#limit);
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= sortBytesMax) return;
    throw new CommandError(
      'QueryExceededMemoryLimitNoDiskUseAllowed',
      `Sort exceeded memory limit of ${sortBytesMax} bytes; add an index or a limit`,
    );
  }

  #compare(a: Row<T>, b: Row<T>): number {
    return this.#sort.compareKeys(a.key, b.key) || a.order - b.order;
  }

  #isWorse(i: number, j: number): boolean {
    const [a, b] = [this.#rows[i], this.#rows[j]];
    return a !== undefined && b !== undefined && this.#compare(a, b) > 0;
  }

  #swap(i: number, j: number): void {
    const [a, b] = [this.#rows[i], this.#rows[j]];
    if (!a || !b) return;
    this.#rows[i] = b;
    this.#rows[j] = a;
  }

  #up(from: number): void {
    for (let i = from; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#isWorse(i, parent)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #down(): void {
    for (let i = 0; ; ) {
      let worst = i;
      if (this.#isWorse(2 * i + 1, worst)) worst = 2 * i + 1;
      if (this.#isWorse(2 * i + 2, worst)) worst = 2 * i + 2;
      if (worst === i) return;
      this.#swap(i, worst);
      i = worst;
    }
  }
}
