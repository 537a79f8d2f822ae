import { Double, Int32, Long } from 'bson';
import {
  addDecimals,
  type Decimal,
  divideDecimals,
  fromDoubleRounded,
  multiplyDecimals,
  negateDecimal,
  remainderDecimals,
  toDecimal128,
} from './decimal.ts';
import { isInt32, isInt64, numberTypeOf, toBigInt, toDecimal, toDouble } from './numbers.ts';
import type { BsonNumber } from './value.ts';

/** The sum in the wider of the two types; an int that overflows becomes a long, a long that overflows undefined. */
export function addNumbers(a: BsonNumber, b: BsonNumber): BsonNumber | undefined {
  return combine(a, b, { doubles: (x, y) => x + y, integers: (x, y) => x + y, decimals: addDecimals });
}

/** The product, with the types of {@link addNumbers}. */
export function multiplyNumbers(a: BsonNumber, b: BsonNumber): BsonNumber | undefined {
  return combine(a, b, { doubles: (x, y) => x * y, integers: (x, y) => x * y, decimals: multiplyDecimals });
}

/** The difference, with the types of {@link addNumbers}. */
export function subtractNumbers(a: BsonNumber, b: BsonNumber): BsonNumber | undefined {
  return combine(a, b, {
    doubles: (x, y) => x - y,
    integers: (x, y) => x - y,
    decimals: (x, y) => addDecimals(x, negateDecimal(y)),
  });
}

/** The remainder with the sign of the first; the caller refuses a zero divisor. */
export function remainderOf(a: BsonNumber, b: BsonNumber): BsonNumber | undefined {
  return combine(a, b, {
    doubles: (x, y) => x % y,
    integers: (x, y) => x % y,
    decimals: remainderDecimals,
  });
}

/** The quotient: a decimal if one of the two is one, else a double; the caller refuses a zero divisor. */
export function divideNumbers(a: BsonNumber, b: BsonNumber): BsonNumber {
  if (numberTypeOf(a) !== 'decimal' && numberTypeOf(b) !== 'decimal')
    return new Double(toDouble(a) / toDouble(b));
  return toDecimal128(divideDecimals(toDecimalOperand(a), toDecimalOperand(b)));
}

type Operation = {
  readonly doubles: (a: number, b: number) => number;
  readonly integers: (a: bigint, b: bigint) => bigint;
  readonly decimals: (a: Decimal, b: Decimal) => Decimal;
};

function combine(a: BsonNumber, b: BsonNumber, operation: Operation): BsonNumber | undefined {
  const type = numberTypeOf(a);
  const otherType = numberTypeOf(b);
  if (type === 'decimal' || otherType === 'decimal') {
    return toDecimal128(operation.decimals(toDecimalOperand(a), toDecimalOperand(b)));
  }
  if (type === 'double' || otherType === 'double') {
    return new Double(operation.doubles(toDouble(a), toDouble(b)));
  }
  if (type === 'int' && otherType === 'int') {
    const result = operation.doubles(toDouble(a), toDouble(b));
    if (isInt32(result)) return new Int32(result);
    if (result === 0) return new Int32(0);
  }
  const result = operation.integers(toBigInt(a) ?? 0n, toBigInt(b) ?? 0n);
  return isInt64(result) ? Long.fromBigInt(result) : undefined;
}

function toDecimalOperand(value: BsonNumber): Decimal {
  return numberTypeOf(value) === 'double' ? fromDoubleRounded(toDouble(value)) : toDecimal(value);
}
