import { CommandError } from '../errors.ts';
import type { Collection } from '../storage/collection.ts';
import { countInSteps } from '../storage/count-range.ts';
import type { KeyValue, KeyValueStore } from '../storage/kv.ts';
import type { Deadline } from '../pace/deadline.ts';
import { type Pause, type Paced, pause, type Steps } from '../pace/pace.ts';
import type { Plan, Walk } from './plan.ts';

/** Where a walk stands: everything up to `lastKey` in range number `range` has been seen. */
export type ScanPosition = { range: number; lastKey: Buffer | undefined };

export type ScanCounts = { keysExamined: number; docsExamined: number };

export type ScanEntry = { readonly idKey: Buffer; readonly load: () => Buffer };

type ScanOptions = {
  readonly kv: KeyValueStore;
  readonly collection: Collection;
  readonly deadline: Deadline;
};

/**
 * What a plan leads to, entry by entry. It can stop and go on later from its last key: between two `entries()` loops it
 * holds nothing open, and sees what was written in the meantime.
 */
export interface Scan {
  readonly counts: ScanCounts;
  /** The entries not yet given, in order. Leave the loop at any time; the next call goes on after the last entry. */
  entries(deadline?: Deadline): Paced<ScanEntry>;
  /** How many entries there are in all. */
  countEntries(deadline: Deadline): Steps<number>;
}

export function openScan(plan: Plan, options: ScanOptions): Scan {
  return plan.stage === 'OR' ? new UnionScan(plan.walks, options) : new WalkScan(plan, options);
}

class UnionScan implements Scan {
  readonly #scans: readonly WalkScan[];
  #at = 0;

  constructor(walks: readonly Walk[], options: ScanOptions) {
    const seen = new Set<string>();
    this.#scans = walks.map((walk) => new WalkScan(walk, options, seen));
  }

  get counts(): ScanCounts {
    return this.#scans.reduce(
      (sum, { counts }) => ({
        keysExamined: sum.keysExamined + counts.keysExamined,
        docsExamined: sum.docsExamined + counts.docsExamined,
      }),
      { keysExamined: 0, docsExamined: 0 },
    );
  }

  *entries(deadline?: Deadline): Generator<ScanEntry | Pause> {
    for (; this.#at < this.#scans.length; this.#at++) yield* this.#scans[this.#at]?.entries(deadline) ?? [];
  }

  countEntries(deadline: Deadline): Steps<number> {
    return countEach(this.entries(deadline));
  }
}

function* countEach(entries: Paced<ScanEntry>): Steps<number> {
  let count = 0;
  for (const entry of entries) {
    if (entry === pause) yield pause;
    else count += 1;
  }
  return count;
}

class WalkScan implements Scan {
  readonly plan: Walk;
  readonly counts: ScanCounts = { keysExamined: 0, docsExamined: 0 };
  readonly #options: ScanOptions;
  readonly #position: ScanPosition = { range: 0, lastKey: undefined };
  readonly #seen: Set<string> | undefined;
  #deadline: Deadline;

  /** `seen`: documents that have already come, by this walk or another. */
  constructor(plan: Walk, options: ScanOptions, seen = plan.needsDedupe ? new Set<string>() : undefined) {
    this.plan = plan;
    this.#options = options;
    this.#deadline = options.deadline;
    this.#seen = seen;
  }

  entries(deadline?: Deadline): Paced<ScanEntry> {
    if (deadline) this.#deadline = deadline;
    this.#requireReadable();
    const { isPoint, ranges } = this.plan;
    return isPoint && ranges.length === 1 ? this.#point() : this.#walk();
  }

  /** The most frequent walk, by the _id or a unique key, without an iterator. */
  #point(): readonly ScanEntry[] {
    const [first] = this.#position.range === 0 ? this.plan.ranges : [];
    this.#position.range = 1;
    const value = first && this.#options.kv.get(first.lower);
    const entry = value && this.#meetAny({ key: first.lower, value });
    return entry ? [entry] : [];
  }

  *#walk(): Generator<ScanEntry | Pause> {
    const { ranges } = this.plan;
    for (; this.#position.range < ranges.length; this.#position.range++) {
      yield* this.#range();
      this.#position.lastKey = undefined;
    }
  }

  *countEntries(deadline: Deadline): Steps<number> {
    let count = 0;
    if (this.#options.collection.hasTwoVersions) return yield* countEach(this.entries(deadline));
    for (const range of this.plan.ranges) count += yield* countInSteps(this.#options.kv, range, deadline);
    this.#requireReadable();
    return count;
  }

  *#range(): Generator<ScanEntry | Pause> {
    for (let isAtEnd = false; !isAtEnd; ) {
      isAtEnd = true;
      for (const stored of this.#stored()) {
        const entry = this.#meetAny(stored);
        if (entry) yield entry;
        if (!this.#deadline.isPauseDue()) continue;
        isAtEnd = false;
        break;
      }
      // Only here, where nothing of the store is open.
      if (isAtEnd) return;
      yield pause;
      this.#requireReadable();
    }
  }

  #meetAny(stored: KeyValue): ScanEntry | undefined {
    return this.#options.collection.hasTwoVersions ? this.#meetVisible(stored) : this.#meet(stored);
  }

  /** Undefined for a document that has already come. */
  #meet({ key, value }: KeyValue): ScanEntry | undefined {
    this.#position.lastKey = key;
    this.counts.keysExamined += 1;
    this.#deadline.tick();
    const idKey = this.plan.index ? value : key.subarray(4);
    if (this.#seen && !this.#isNew(idKey)) return undefined;
    return { idKey, load: () => this.#examined(this.plan.index ? this.#fetch(value) : value) };
  }

  /** The same while documents may have two versions: an entry may lead to one that does not count. */
  #meetVisible(stored: KeyValue): ScanEntry | undefined {
    const { collection } = this.#options;
    const { index } = this.plan;
    const idKey = index ? stored.value : stored.key.subarray(4);
    const record = index ? this.#fetch(idKey) : stored.value;
    const bytes = collection.visible(record);
    const isShown = bytes && (!index || bytes === record || index.leadsTo(stored.key, idKey, bytes));
    if (!isShown) {
      this.#position.lastKey = stored.key;
      return undefined;
    }
    return this.#meet(stored) && { idKey, load: () => this.#examined(bytes) };
  }

  /** Whoever pauses may find that the collection or the index is gone. */
  #requireReadable(): void {
    if (this.#options.collection.isReadable(this.plan.index)) return;
    throw new CommandError('QueryPlanKilled', 'The collection or an index of it was dropped meanwhile');
  }

  *#stored(): Generator<KeyValue> {
    const { kv } = this.#options;
    if (!this.plan.isPoint) return yield* kv.range(this.#rest());
    const key = this.plan.ranges[this.#position.range]?.lower;
    const value = key && !this.#position.lastKey ? kv.get(key) : undefined;
    if (key && value) yield { key, value };
  }

  #rest() {
    const { isReverse, ranges } = this.plan;
    const { range, lastKey } = this.#position;
    const { lower, upper } = ranges[range] ?? { lower: Buffer.alloc(0), upper: Buffer.alloc(0) };
    if (!lastKey) return { lower, upper, isReverse };
    if (isReverse) return { lower, upper: lastKey, isReverse };
    return { lower: Buffer.concat([lastKey, Buffer.alloc(1)]), upper, isReverse };
  }

  #isNew(idKey: Buffer): boolean {
    const id = idKey.toString('latin1');
    if (this.#seen?.has(id)) return false;
    this.#seen?.add(id);
    return true;
  }

  #fetch(idKey: Buffer): Buffer {
    const { kv, collection } = this.#options;
    const bytes = kv.get(collection.keyOf(idKey));
    if (!bytes)
      throw new Error(`Index ${this.plan.indexName} points to a document that is not there; run fsck`);
    return bytes;
  }

  #examined(bytes: Buffer): Buffer {
    this.counts.docsExamined += 1;
    return bytes;
  }
}
