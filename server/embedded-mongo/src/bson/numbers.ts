import { Decimal128, Double, Int32, Long, Timestamp } from 'bson';
import { compareDecimals, type Decimal, fromDecimal128, fromDouble, fromInteger } from './decimal.ts';
import type { BsonNumber } from './value.ts';

export type NumberType = 'int' | 'long' | 'double' | 'decimal';

const int32Min = -0x80000000;
const int32Max = 0x7fffffff;
const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

export function isNumber(value: unknown): value is BsonNumber {
  if (typeof value === 'number' || typeof value === 'bigint') return true;
  if (value instanceof Int32 || value instanceof Double || value instanceof Decimal128) return true;
  // A timestamp is a Long in bson's classes only.
  return value instanceof Long && !(value instanceof Timestamp);
}

/** The BSON type the number is stored as; a bare JS integer in the int32 range is an int, as bson encodes it. */
export function numberTypeOf(value: BsonNumber): NumberType {
  if (typeof value === 'number') return isInt32(value) ? 'int' : 'double';
  if (typeof value === 'bigint' || value instanceof Long) return 'long';
  if (value instanceof Int32) return 'int';
  return value instanceof Double ? 'double' : 'decimal';
}

/** The nearest double. */
export function toDouble(value: BsonNumber): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Int32 || value instanceof Double) return value.value;
  return value instanceof Long ? value.toNumber() : Number(value.toString());
}

/** Whole part as a bigint, or undefined for NaN and the infinities. */
export function toBigInt(value: BsonNumber): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (value instanceof Long) return value.toBigInt();
  if (value instanceof Decimal128) return truncateDecimal(fromDecimal128(value));
  const double = toDouble(value);
  return Number.isFinite(double) ? BigInt(Math.trunc(double)) : undefined;
}

export function toDecimal(value: BsonNumber): Decimal {
  if (value instanceof Decimal128) return fromDecimal128(value);
  const isWhole = numberTypeOf(value) !== 'double';
  return isWhole ? fromInteger(toBigInt(value) ?? 0n) : fromDouble(toDouble(value));
}

/** The number as a safe JS integer, or undefined when it is none (2.5, 2^60, NaN). Decimals and doubles count. */
export function toSafeInteger(value: unknown): number | undefined {
  if (!isNumber(value)) return undefined;
  const double = toDouble(value);
  return Number.isSafeInteger(double) ? double + 0 : undefined;
}

export function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= int32Min && value <= int32Max && !Object.is(value, -0);
}

export function isInt64(value: bigint): boolean {
  return value >= int64Min && value <= int64Max;
}

/** Exact numeric order over all four types. NaN equals itself and is below every number; -0 equals 0. */
export function compareNumbers(a: BsonNumber, b: BsonNumber): number {
  const left = exactDoubleOf(a);
  const right = exactDoubleOf(b);
  if (left === undefined || right === undefined) return compareDecimals(toDecimal(a), toDecimal(b));
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right ? 0 : Number(Number.isNaN(right)) - Number(Number.isNaN(left));
}

export function isNaNValue(value: unknown): boolean {
  return isNumber(value) && Number.isNaN(toDouble(value));
}

function exactDoubleOf(value: BsonNumber): number | undefined {
  if (typeof value === 'number') return value;
  if (value instanceof Int32 || value instanceof Double) return value.value;
  if (!(value instanceof Long)) return undefined;
  const double = value.toNumber();
  return Number.isSafeInteger(double) ? double : undefined;
}

function truncateDecimal(value: Decimal): bigint | undefined {
  if (value.kind !== 'finite') return undefined;
  const power = 10n ** BigInt(Math.abs(value.exponent));
  const whole = value.exponent >= 0 ? value.coefficient * power : value.coefficient / power;
  return value.sign < 0 ? -whole : whole;
}
