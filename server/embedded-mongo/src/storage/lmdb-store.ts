import { open } from 'lmdb';
import { CommandError } from '../errors.ts';
import type { KeyRange, KeyValue, KeyValueStore } from './kv.ts';

export type LmdbOptions = {
  /** Flush every commit to the disk. Without it a power loss may cost data or the file; a killed process does not. */
  readonly isDurable: boolean;
  readonly isReadOnly?: boolean;
};

export function openLmdb(path: string, { isDurable, isReadOnly = false }: LmdbOptions): KeyValueStore {
  const db = open<Buffer, Buffer>({
    path,
    noSubdir: true,
    encoding: 'binary',
    keyEncoding: 'binary',
    cache: false,
    maxDbs: 1,
    overlappingSync: false,
    noSync: !isDurable,
    readOnly: isReadOnly,
  });

  return {
    get: (key) => db.get(key),
    has: (key) => db.doesExist(key),
    put: (key, value) => storing(() => db.putSync(key, value)),
    remove: (key) => storing(() => db.removeSync(key)),
    range: (range): Iterable<KeyValue> => db.getRange(lmdbRange(range)),
    countRange: (range) => db.getKeysCount(lmdbRange(range)),
    transaction: (work) => storing(() => db.transactionSync(work)),
    close: () => db.close(),
  };
}

function lmdbRange({ lower, upper, isReverse = false, limit }: KeyRange) {
  const bound = limit === undefined ? {} : { limit };
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
