import { catalogKey, formatKey, formats } from './catalog-keys.ts';
import { type Overlay, putChange, readThrough } from './overlay.ts';
import type { KeyValue, KeyValueReader, Snapshot } from './kv.ts';
import { SortedTable } from './sorted-table.ts';
import { prefixRange } from './tree-keys.ts';

/** Where the record with this number is kept. */
export function journalKey(number: number): Buffer {
  const rest = Buffer.allocUnsafe(numberBytes);
  rest.writeUIntBE(number, 0, numberBytes);
  return catalogKey('j', rest);
}

const numberBytes = 6;
const headBytes = 6;
const noValue = 0xffffffff;

/** How a change stands in a record: the lengths, the key and the value if there is one. */
export function encodeChange(key: Buffer, value: Buffer | undefined): Buffer[] {
  const head = Buffer.allocUnsafe(headBytes);
  head.writeUInt16BE(key.length, 0);
  head.writeUInt32BE(value ? value.length : noValue, 2);
  return value ? [head, key, value] : [head, key];
}

function putAll(overlay: Overlay, record: Buffer): void {
  for (let at = 0; at < record.length; ) {
    const keyStart = at + headBytes;
    const keyEnd = keyStart + record.readUInt16BE(at);
    const length = record.readUInt32BE(at + 2);
    at = length === noValue ? keyEnd : keyEnd + length;
    const value = length === noValue ? undefined : record.subarray(keyEnd, at);
    putChange(overlay, record.subarray(keyStart, keyEnd), value);
  }
}

export type Journal = Overlay & {
  /** The records: the first number, the next free one, and their bytes in all. */
  readonly first: number;
  readonly next: number;
  readonly bytes: number;
};

export function readJournal(kv: KeyValueReader): Journal {
  const overlay: Overlay = { table: new SortedTable(), trees: new Set() };
  let [first, next, bytes] = [0, 0, 0];
  for (const { key, value } of recordsIn(kv)) {
    const number = key.readUIntBE(key.length - numberBytes, numberBytes);
    if (bytes === 0) first = number;
    next = number + 1;
    bytes += value.length;
    putAll(overlay, value);
  }
  return { ...overlay, first, next, bytes };
}

function recordsIn(kv: KeyValueReader): Iterable<KeyValue> {
  return kv.range(prefixRange(catalogKey('j')));
}

/** The same file as it will be when all changes of its journal are in their places and the journal is gone. */
export function withJournal(snapshot: Snapshot): Snapshot {
  const overlay = readJournal(snapshot);
  for (const { key } of recordsIn(snapshot)) putChange(overlay, key);
  putChange(overlay, formatKey, formats.plain);
  return { ...snapshot, ...readThrough(snapshot, () => overlay) };
}
