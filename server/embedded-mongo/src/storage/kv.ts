export type KeyRange = {
  readonly lower: Buffer;
  /** Not part of the range. */
  readonly upper: Buffer;
  readonly isReverse?: boolean;
  readonly limit?: number;
};

export type KeyValue = { readonly key: Buffer; readonly value: Buffer };

/** What the engine asks of its storage: one ordered tree of bytes with transactions. */
export interface KeyValueStore {
  get(key: Buffer): Buffer | undefined;
  has(key: Buffer): boolean;
  put(key: Buffer, value: Buffer): void;
  /** Whether there was something to remove. */
  remove(key: Buffer): boolean;
  /** Holds a read transaction while iterated: finish or leave the loop in the same turn. */
  range(range: KeyRange): Iterable<KeyValue>;
  countRange(range: KeyRange): number;
  /**
   * Runs the work and commits, durable on return. A throw rolls everything back and is passed on. Inside another
   * transaction it is a savepoint of it.
   */
  transaction<T>(work: () => T): T;
  close(): Promise<void>;
}
