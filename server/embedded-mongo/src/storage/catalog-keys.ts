import type { KeyValueStore } from './kv.ts';
import { treePrefix } from './tree-keys.ts';

const catalogTree = treePrefix(0);

/** A key in the catalog's own tree. */
export function catalogKey(kind: string, rest: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([catalogTree, Buffer.from(kind, 'latin1'), rest]);
}

export const formatKey = catalogKey('v');

/** Of a file with nothing in its journal, as the first versions wrote and read it; and of one with something in it. */
export const formats = { plain: treePrefix(1), journaled: treePrefix(2) } as const;

export function requireFormat(kv: KeyValueStore): void {
  const format = kv.get(formatKey);
  if (!format) kv.transaction(() => kv.put(formatKey, formats.plain));
  else if (!Object.values(formats).some((known) => known.equals(format)))
    throw new Error(`The data directory has format ${format.readUInt32BE(0)}; this version reads 1 and 2`);
}
