import { rmSync } from 'node:fs';
import { open, type RootDatabase, type Transaction } from 'lmdb';
import { CommandError } from '../errors.ts';
import type { KeyRange, KeyValue, KeyValueReader, KeyValueStore } from './kv.ts';

export type LmdbOptions = {
  /** Flush every commit to the disk. Without it a power loss may cost data or the file; a killed process does not. */
  readonly isDurable: boolean;
  readonly isReadOnly?: boolean;
};

type Database = RootDatabase<Buffer, Buffer>;

export function openLmdb(path: string, options: LmdbOptions): KeyValueStore {
  const db = openFile(path, options);

  /** Where the store reads; nothing: its newest state, inside a transaction with what that has written. */
  let now: ReadingAt;
  const put = (key: Buffer, value: Buffer) => storing(() => db.putSync(key, value));
  const remove = (key: Buffer) => storing(() => db.removeSync(key));
  return {
    ...readerOf(db, () => now),
    has: (key) => db.doesExist(key),
    put,
    remove,
    putLater: put,
    removeLater: remove,
    transaction: (work) => storing(() => db.transactionSync(work)),
    snapshot: () => {
      const transaction = db.useReadTransaction();
      const during = <T>(work: () => T): T => {
        now = { transaction };
        try {
          return work();
        } finally {
          now = undefined;
        }
      };
      return { ...readerOf(db, () => ({ transaction })), during, release: () => transaction.done() };
    },
    copyTo: (path) => db.backup(path, false),
    close: () => db.close(),
  };
}

function openFile(path: string, { isDurable, isReadOnly = false }: LmdbOptions): Database {
  return open<Buffer, Buffer>({
    path,
    noSubdir: true,
    encoding: 'binary',
    encoder: { encode: (value: Buffer) => value, decode: (read: Buffer) => copyOf(read, 0, read.length) },
    keyEncoder: { writeKey, readKey: copyOf },
    cache: false,
    maxDbs: 1,
    maxReaders: 1_000,
    overlappingSync: false,
    noSync: !isDurable,
    readOnly: isReadOnly,
  });
}

export const everyKey = { lower: Buffer.alloc(1), upper: Buffer.alloc(5, 0xff) };
const entriesPerCommit = 10_000;

/**
 * Copies entry by entry: LMDB's own copy takes over whole pages, and with them what was deleted from a page and nothing has
 * overwritten yet.
 */
export async function copyEntries(from: KeyValueReader, path: string): Promise<void> {
  const to = openFile(path, { isDurable: false });
  try {
    const entries = from.range(everyKey)[Symbol.iterator]();
    for (let next = entries.next(); !next.done; ) {
      to.transactionSync(() => {
        for (let count = 0; count < entriesPerCommit && !next.done; count += 1, next = entries.next()) {
          to.putSync(next.value.key, next.value.value, { append: true });
        }
      });
    }
  } finally {
    await to.close();
    rmSync(`${path}-lock`, { force: true });
  }
}

/** What lies in a buffer that the next read overwrites; several times faster than lmdb's own way, a memory for each. */
function copyOf(read: Uint8Array, start: number, end: number): Buffer {
  return Buffer.from(new Uint8Array(read.buffer, read.byteOffset + start, end - start));
}

function writeKey(key: Buffer, target: Uint8Array, start: number): number {
  target.set(key, start);
  return start + key.length;
}

const countedAtOnce = 4_000;

type ReadingAt = { readonly transaction: Transaction } | undefined;

function readerOf(db: Database, at: () => ReadingAt): KeyValueReader {
  return {
    get: (key) => db.get(key, at()),
    range: (range): Iterable<KeyValue> => db.getRange({ ...lmdbRange(range), ...at() }),
    countRange: (range) => db.getKeysCount({ ...lmdbRange(range), ...at() }),
    countableUpTo: (range) => {
      const [key] = db.getKeys({ ...lmdbRange(range), offset: countedAtOnce, limit: 1, ...at() });
      return key;
    },
  };
}

function lmdbRange({ lower, upper, isReverse = false, limit }: KeyRange) {
  const bound = limit !== undefined && { limit };
  if (!isReverse) return { start: lower, end: upper, ...bound };
  return { start: upper, exclusiveStart: true, end: lower, inclusiveEnd: true, reverse: true, ...bound };
}

// LMDB reports a partial write (a full disk) as an input/output error.
const fullDisk = /MDB_MAP_FULL|No space left|File too large|quota exceeded|Input\/output error/i;

function storing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && fullDisk.test(error.message)) {
      throw new CommandError(
        'OutOfDiskSpace',
        'The disk is full or failing: nothing of this command was stored',
      );
    }
    throw error;
  }
}
