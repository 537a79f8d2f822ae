import type { BsonValue } from '../query/value.ts';
import { encodeValue } from '../storage/key-encoding.ts';

/** The same text for all values that are equal, whatever their number type. */
export function groupKey(value: BsonValue): string {
  return encodeValue(value).toString('latin1');
}
