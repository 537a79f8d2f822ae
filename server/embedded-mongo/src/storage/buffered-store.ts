import { formatKey, formats } from './catalog-keys.ts';
import { encodeChange, journalKey, readJournal, type Journal } from './journal.ts';
import type { KeyRange, KeyValue, KeyValueReader, KeyValueStore, Snapshot } from './kv.ts';
import { changeOf, type Overlay, putChange, readThrough, toBytes } from './overlay.ts';
import { treeOf } from './tree-keys.ts';

/** Bringing changes to their places: from which key on, up to which record of the journal, and the bytes of those. */
type Pass = { readonly from: string; readonly next: number; readonly bytes: number };

/** All that a transaction changes in memory, besides the records themselves. */
type State = Journal & {
  /** What is to be the next record. */
  readonly pending: Buffer[];
  readonly pass: Pass | undefined;
};

export type BufferLimits = {
  /** Of the journal; with more, changes are brought to their places. */
  readonly bytes: number;
  readonly records: number;
  /** Of one record, in buffers. */
  readonly pending: number;
  /** How many changes a commit brings to their places besides some for each of its own. */
  readonly settled: number;
};

const usualLimits: BufferLimits = { bytes: 1_500_000, records: 2_000, pending: 15_000, settled: 128 };

/**
 * A store that keeps what is put later in memory, in order, and in a journal of its file: a record for each commit. An entry
 * costs a page of the file to write, wherever it lies; many of them share pages. When there are enough, each commit brings
 * some to their places, until all of that time are there and their records are removed. Each tree with changes under way
 * gets all its changes in this way, so that none overtakes another.
 */
export class BufferedStore implements KeyValueStore {
  readonly #file: KeyValueStore;
  readonly #reader: KeyValueReader;
  readonly #limits: BufferLimits;
  #state: State;
  #depth = 0;
  /** What the store reads of instead, during the work of a snapshot. */
  #seen: Overlay | undefined;

  constructor(file: KeyValueStore, limits = usualLimits) {
    this.#limits = limits;
    this.#file = file;
    this.#reader = readThrough(file, () => this.#seen ?? this.#state);
    this.#state = { ...readJournal(file), pending: [], pass: undefined };
  }

  get(key: Buffer): Buffer | undefined {
    return this.#reader.get(key);
  }

  range(range: KeyRange): Iterable<KeyValue> {
    return this.#reader.range(range);
  }

  countRange(range: KeyRange): number {
    return this.#reader.countRange(range);
  }

  countableUpTo(range: KeyRange): Buffer | undefined {
    return this.#reader.countableUpTo(range);
  }

  has(key: Buffer): boolean {
    const change = changeOf(this.#seen ?? this.#state, key);
    return change ? change.value !== undefined : this.#file.has(key);
  }

  put(key: Buffer, value: Buffer): void {
    if (this.#state.trees.has(treeOf(key))) this.putLater(key, value);
    else this.#file.put(key, value);
  }

  remove(key: Buffer): void {
    if (this.#state.trees.has(treeOf(key))) this.removeLater(key);
    else this.#file.remove(key);
  }

  putLater(key: Buffer, value: Buffer): void {
    this.#change(key, value);
  }

  removeLater(key: Buffer): void {
    this.#change(key, undefined);
  }

  transaction<T>(work: () => T): T {
    const { pending, ...state } = this.#state;
    const pendingLength = pending.length;
    const before = { ...state, pending, table: state.table.fork() };
    this.#depth += 1;
    try {
      return this.#file.transaction(() => {
        const result = work();
        if (this.#depth === 1) this.#record();
        return result;
      });
    } catch (error) {
      this.#state = before;
      pending.length = pendingLength;
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  snapshot(): Snapshot {
    const file = this.#file.snapshot();
    const overlay = { table: this.#state.table.fork(), trees: this.#state.trees };
    const during = <T>(work: () => T): T => {
      this.#seen = overlay;
      try {
        return file.during(work);
      } finally {
        this.#seen = undefined;
      }
    };
    return { ...readThrough(file, () => overlay), during, release: () => file.release() };
  }

  copyTo(path: string): Promise<void> {
    return this.#file.copyTo(path);
  }

  /** Leaves a file with an empty journal, unless its disk is full: then the next start goes on. */
  async close(): Promise<void> {
    try {
      while (this.#state.first < this.#state.next) this.transaction(() => this.#settle(10_000));
    } finally {
      await this.#file.close();
    }
  }

  #change(key: Buffer, value: Buffer | undefined): void {
    if (this.#depth === 0) return this.transaction(() => this.#change(key, value));
    const { pending } = this.#state;
    putChange(this.#state, key, value);
    pending.push(...encodeChange(key, value));
    if (pending.length >= this.#limits.pending) this.#record();
  }

  /** Writes what has changed since the last record. */
  #record(): void {
    const { pending, first, next, bytes } = this.#state;
    if (pending.length === 0) return;
    const record = Buffer.concat(pending);
    if (first === next) this.#file.put(formatKey, formats.journaled);
    this.#file.put(journalKey(next), record);
    this.#set({ pending: [], next: next + 1, bytes: bytes + record.length });
    const isFull = bytes > this.#limits.bytes || next - first > this.#limits.records;
    if (isFull || this.#state.pass) this.#settle(pending.length + this.#limits.settled);
  }

  /** Brings so many changes to their places; after the last of a pass the records go that are from before it. */
  #settle(count: number): void {
    const { table, first, next, bytes, pass = { from: '', next, bytes } } = this.#state;
    const taken = table.take(pass.from, count);
    for (const { key, value } of taken) {
      if (value === undefined) this.#file.remove(toBytes(key));
      else this.#file.put(toBytes(key), toBytes(value));
    }
    const last = taken.at(-1);
    if (last && taken.length === count) return this.#set({ pass: { ...pass, from: `${last.key}\0` } });
    for (let number = first; number < pass.next; number += 1) this.#file.remove(journalKey(number));
    this.#set({ pass: undefined, first: pass.next, bytes: bytes - pass.bytes });
    if (pass.next < next) return;
    this.#file.put(formatKey, formats.plain);
    this.#set({ trees: new Set() });
  }

  #set(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
  }
}
