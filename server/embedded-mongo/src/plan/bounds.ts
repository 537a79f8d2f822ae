import { encodeValue, prefixEnd, tags } from '../bson/key-encoding.ts';
import type { Predicate, RangeOperator } from './predicates.ts';

/** A stretch of one field's encoded values: at or after `lower`, before `upper`. */
export type Interval = { readonly lower: Buffer; readonly upper: Buffer };

type RangePredicate = Extract<Predicate, { kind: 'bound' | 'prefix' }>;

/** What the predicates allow together, in the field's own direction; all have to be of one type. */
export function intervalOf(predicates: readonly RangePredicate[], isDescending: boolean): Interval {
  const intervals = predicates.map((predicate) => oneInterval(predicate));
  const lower = intervals.map((one) => one.lower).reduce((a, b) => (Buffer.compare(a, b) >= 0 ? a : b));
  const upper = intervals.map((one) => one.upper).reduce((a, b) => (Buffer.compare(a, b) <= 0 ? a : b));
  return isDescending ? { lower: mirror(upper), upper: mirror(lower) } : { lower, upper };
}

function oneInterval(predicate: RangePredicate): Interval {
  if (predicate.kind === 'prefix') {
    const open = encodeValue(predicate.text).subarray(0, -2);
    return { lower: open, upper: endOf(open) };
  }
  const { operator, value } = predicate;
  const bytes = encodeValue(value);
  const type = typeInterval(bytes[0] ?? 0);
  return operator === '$gt' || operator === '$gte'
    ? { lower: boundary(bytes, operator), upper: type.upper }
    : { lower: type.lower, upper: boundary(bytes, operator) };
}

function boundary(bytes: Buffer, operator: RangeOperator): Buffer {
  return operator === '$gt' || operator === '$lte' ? endOf(bytes) : bytes;
}

const leastNumber = encodeValue(Number.NEGATIVE_INFINITY);

/** All values of the type that a range can meet: NaN is below every number and in no range. */
function typeInterval(tag: number): Interval {
  return { lower: tag === tags.number ? leastNumber : Buffer.of(tag), upper: Buffer.of(tag + 1) };
}

function endOf(bytes: Buffer): Buffer {
  return prefixEnd(bytes) ?? Buffer.of(0xff);
}

/**
 * The same boundary among inverted bytes. Boundaries lie just before all keys with some prefix p; inverted, that is
 * just after all keys with prefix ~p.
 */
function mirror(bytes: Buffer): Buffer {
  return endOf(Buffer.from(bytes.map((byte) => ~byte & 0xff)));
}
