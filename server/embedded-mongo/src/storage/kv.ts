export type KeyRange = {
  readonly lower: Buffer;
  /** Not part of the range. */
  readonly upper: Buffer;
  readonly isReverse?: boolean;
  readonly limit?: number;
};

export type KeyValue = { readonly key: Buffer; readonly value: Buffer };

/** One ordered tree of bytes to read from. */
export interface KeyValueReader {
  get(key: Buffer): Buffer | undefined;
  /** Holds a read transaction while iterated: finish or leave the loop in the same turn, unless it is a snapshot's. */
  range(range: KeyRange): Iterable<KeyValue>;
  /** Takes a tenth of a microsecond for an entry, or two for one that was put later. */
  countRange(range: KeyRange): number;
  /** A key between the range's bounds up to which it can be counted in a few milliseconds; undefined: all of it can be. */
  countableUpTo(range: KeyRange): Buffer | undefined;
}

/** The tree as it was at one moment. The file grows while it is held: nothing that it sees is given up. */
export interface Snapshot extends KeyValueReader {
  /** Runs the work with the store reading from this snapshot. */
  during<T>(work: () => T): T;
  release(): void;
}

/** What the engine asks of its storage: one ordered tree of bytes with transactions. */
export interface KeyValueStore extends KeyValueReader {
  has(key: Buffer): boolean;
  put(key: Buffer, value: Buffer): void;
  remove(key: Buffer): void;
  /** The same for small entries all over the tree: it may bring many of them to their places at once. Only in a transaction. */
  putLater(key: Buffer, value: Buffer): void;
  removeLater(key: Buffer): void;
  /**
   * Runs the work and commits, durable on return. A throw rolls everything back and is passed on. Inside another
   * transaction it is a savepoint of it.
   */
  transaction<T>(work: () => T): T;
  snapshot(): Snapshot;
  /** Copies the file as it is at this moment, while others write. */
  copyTo(path: string): Promise<void>;
  close(): Promise<void>;
}
