import { Int32, ObjectId } from 'bson';
import { type BsonValue, encodeDocument } from './value.ts';

/** Whether two values are the same bytes: 1 and 1.0 are equal to a query, but not the same. */
export function isSameValue(a: BsonValue, b: BsonValue): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (typeof a !== typeof b || typeof a === 'string') return false;
  if (a instanceof Int32 && b instanceof Int32) return a.value === b.value;
  if (a instanceof ObjectId && b instanceof ObjectId) return a.equals(b);
  return encodeDocument({ v: a }).equals(encodeDocument({ v: b }));
}
