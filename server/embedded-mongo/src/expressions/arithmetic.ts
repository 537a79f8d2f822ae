import { Double, Int32, Long } from 'bson';
import {
  addNumbers,
  divideNumbers,
  multiplyNumbers,
  remainderOf,
  subtractNumbers,
} from '../bson/arithmetic.ts';
import { bsonTypeOf } from '../bson/bson-type.ts';
import { ceilDecimal, type Decimal, floorDecimal, toDecimal128 } from '../bson/decimal.ts';
import { compareNumbers, isNumber, numberTypeOf, toDecimal, toDouble } from '../bson/numbers.ts';
import { type BsonNumber, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { binary, type CompileOperator, isNullish, type OperatorTable, unary, variadic } from './node.ts';

const zero = new Int32(0);

export const arithmeticOperators: OperatorTable = {
  $add: variadic(addAll),
  $subtract: binary('$subtract', subtract),
  $multiply: variadic((values) => {
    if (values.some(isNullish)) return null;
    return values
      .map((value) => requireNumber('$multiply', value))
      .reduce<BsonNumber>(
        (product, value) => orDouble(multiplyNumbers(product, value), toDouble(product) * toDouble(value)),
        new Int32(1),
      );
  }),
  $divide: binary('$divide', (a, b) => {
    if (isNullish(a) || isNullish(b)) return null;
    const [dividend, divisor] = [requireNumber('$divide', a), requireNumber('$divide', b)];
    if (toDouble(divisor) === 0) throw new CommandError('BadValue', "can't $divide by zero");
    return divideNumbers(dividend, divisor);
  }),
  $mod: binary('$mod', (a, b) => {
    if (isNullish(a) || isNullish(b)) return null;
    const [dividend, divisor] = [requireNumber('$mod', a), requireNumber('$mod', b)];
    if (toDouble(divisor) === 0) throw new CommandError(16610, "can't $mod by zero");
    return remainderOf(dividend, divisor);
  }),
  $abs: unary('$abs', (value) => {
    if (isNullish(value)) return null;
    const number = requireNumber('$abs', value);
    return compareNumbers(number, zero) < 0
      ? orDouble(subtractNumbers(zero, number), -toDouble(number))
      : number;
  }),
  $ceil: rounding('$ceil', { doubles: Math.ceil, decimals: ceilDecimal }),
  $floor: rounding('$floor', { doubles: Math.floor, decimals: floorDecimal }),
  $rand: (operand) => {
    const isEmpty = Array.isArray(operand)
      ? operand.length === 0
      : isDocument(operand) && Object.keys(operand).length === 0;
    if (!isEmpty) throw new CommandError(10065, '$rand does not currently accept arguments');
    return () => new Double(Math.random());
  },
};

/** The sum of the numbers among the values: an int while it fits, then a long, then a double. */
export function sumOf(values: readonly BsonValue[]): BsonNumber {
  return values
    .filter(isNumber)
    .reduce<BsonNumber>(
      (sum, value) => orDouble(addNumbers(sum, value), toDouble(sum) + toDouble(value)),
      zero,
    );
}

/** The mean of the numbers among the values; null when there is none. */
export function averageOf(values: readonly BsonValue[]): BsonValue {
  const numbers = values.filter(isNumber);
  return numbers.length === 0 ? null : divideNumbers(sumOf(numbers), new Int32(numbers.length));
}

function orDouble(result: BsonNumber | undefined, approximate: number): BsonNumber {
  return result ?? new Double(approximate);
}

function requireNumber(name: string, value: BsonValue): BsonNumber {
  if (isNumber(value)) return value;
  throw new CommandError('TypeMismatch', `${name} only supports numeric types, not ${bsonTypeOf(value)}`);
}

function addAll(values: readonly BsonValue[]): BsonValue {
  if (values.some(isNullish)) return null;
  const dates = values.filter((value) => value instanceof Date);
  if (dates.length > 1) throw new CommandError(16612, 'only one date allowed in an $add expression');
  const sum = sumOf(values.map((value) => (value instanceof Date ? zero : requireSummand(value))));
  const [date] = dates;
  return date ? new Date(date.getTime() + Math.round(toDouble(sum))) : sum;
}

function requireSummand(value: BsonValue): BsonNumber {
  if (isNumber(value)) return value;
  throw new CommandError(
    'TypeMismatch',
    `$add only supports numeric or date types, not ${bsonTypeOf(value)}`,
  );
}

function subtract(a: BsonValue, b: BsonValue): BsonValue {
  if (isNullish(a) || isNullish(b)) return null;
  if (a instanceof Date && b instanceof Date) return Long.fromNumber(a.getTime() - b.getTime());
  if (a instanceof Date && isNumber(b)) return new Date(a.getTime() - Math.round(toDouble(b)));
  if (!isNumber(a) || !isNumber(b)) {
    throw new CommandError('TypeMismatch', `can't $subtract ${bsonTypeOf(b)} from ${bsonTypeOf(a)}`);
  }
  return orDouble(subtractNumbers(a, b), toDouble(a) - toDouble(b));
}

type Rounding = {
  readonly doubles: (value: number) => number;
  readonly decimals: (value: Decimal) => Decimal;
};

function rounding(name: string, round: Rounding): CompileOperator {
  return unary(name, (value) => {
    if (isNullish(value)) return null;
    const number = requireNumber(name, value);
    const type = numberTypeOf(number);
    if (type === 'int' || type === 'long') return number;
    if (type === 'decimal') return toDecimal128(round.decimals(toDecimal(number)));
    return new Double(round.doubles(toDouble(number)));
  });
}
