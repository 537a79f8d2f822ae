import { encodeValue, fitKey, prefixEnd } from '../bson/key-encoding.ts';
import type { BsonValue } from '../bson/value.ts';

/** What all keys of a collection's or an index's tree begin with. */
export function treePrefix(id: number): Buffer {
  const prefix = Buffer.allocUnsafe(4);
  prefix.writeUInt32BE(id, 0);
  return prefix;
}

/** The tree of a key. */
export function treeOf(key: Buffer): number {
  return key.readUInt32BE(0);
}

/** The document's key in its collection, without the collection's prefix. */
export function encodeId(id: BsonValue): Buffer {
  return fitKey(encodeValue(id));
}

/** The range of all keys that begin with these bytes. */
export function prefixRange(prefix: Buffer): { lower: Buffer; upper: Buffer } {
  return { lower: prefix, upper: prefixEnd(prefix) ?? Buffer.alloc(5, 0xff) };
}
