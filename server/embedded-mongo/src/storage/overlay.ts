import type { KeyRange, KeyValue, KeyValueReader } from './kv.ts';
import type { Change, SortedTable } from './sorted-table.ts';
import { treeOf } from './tree-keys.ts';

/** Changes that are not yet in the file. */
export type Overlay = {
  readonly table: SortedTable;
  /** Of every tree with a change in the table, and perhaps of others: what is in none of them need not be looked up. */
  readonly trees: Set<number>;
};

const countedAtOnce = 1_000;

/** Reads the file as if the changes were in it. */
export function readThrough(file: KeyValueReader, overlay: () => Overlay): KeyValueReader {
  return {
    get: (key) => {
      const change = changeOf(overlay(), key);
      if (!change) return file.get(key);
      return change.value === undefined ? undefined : toBytes(change.value);
    },
    range: (range) => {
      const { table } = overlay();
      return changesIn(table, range).next().done
        ? file.range(range)
        : cut(merge(file, table, range), range.limit);
    },
    countRange: (range) => {
      let count = file.countRange(range);
      for (const { key, value } of changesIn(overlay().table, range)) {
        const isInFile = file.get(toBytes(key)) !== undefined;
        if (value === undefined) count -= isInFile ? 1 : 0;
        else count += isInFile ? 0 : 1;
      }
      return count;
    },
    countableUpTo: (range) => {
      const inFile = file.countableUpTo(range);
      const change = overlay().table.firstAfter(range.lower.toString('latin1'), countedAtOnce);
      const upper = inFile ?? range.upper;
      return change && change.key < upper.toString('latin1') ? toBytes(change.key) : inFile;
    },
  };
}

export function changeOf({ table, trees }: Overlay, key: Buffer): Change | undefined {
  return trees.has(treeOf(key)) ? table.get(key.toString('latin1')) : undefined;
}

/** What a key has from now on; without a value nothing. */
export function putChange({ table, trees }: Overlay, key: Buffer, value?: Buffer): void {
  table.put({ key: key.toString('latin1'), value: value?.toString('latin1') });
  trees.add(treeOf(key));
}

export function toBytes(latin1: string): Buffer {
  return Buffer.from(latin1, 'latin1');
}

/** Looks up the next one when it is asked for, so that the table may change meanwhile. */
function* changesIn(table: SortedTable, { lower, upper, isReverse = false }: KeyRange): Generator<Change> {
  const [low, high] = [lower.toString('latin1'), upper.toString('latin1')];
  let change = isReverse ? table.lastBefore(high) : table.firstFrom(low);
  while (change && change.key >= low && change.key < high) {
    yield change;
    change = isReverse ? table.lastBefore(change.key) : table.firstFrom(`${change.key}\0`);
  }
}

function* merge(file: KeyValueReader, table: SortedTable, range: KeyRange): Generator<KeyValue> {
  const { lower, upper, isReverse = false } = range;
  const changes = changesIn(table, range);
  let next = changes.next().value;
  for (const entry of file.range({ lower, upper, isReverse })) {
    const key = entry.key.toString('latin1');
    for (; next && next.key !== key && next.key > key === isReverse; next = changes.next().value) {
      if (next.value !== undefined) yield { key: toBytes(next.key), value: toBytes(next.value) };
    }
    if (next?.key !== key) yield entry;
    else {
      if (next.value !== undefined) yield { key: entry.key, value: toBytes(next.value) };
      next = changes.next().value;
    }
  }
  for (; next; next = changes.next().value) {
    if (next.value !== undefined) yield { key: toBytes(next.key), value: toBytes(next.value) };
  }
}

function* cut(entries: Iterable<KeyValue>, limit = Number.POSITIVE_INFINITY): Generator<KeyValue> {
  let left = limit;
  if (left <= 0) return;
  for (const entry of entries) {
    yield entry;
    left -= 1;
    if (left <= 0) return;
  }
}
