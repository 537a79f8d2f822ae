import { Decimal128, Double, Int32, Long } from 'bson';
import type { BsonNumber } from '../query/value.ts';

/**
 * Order-preserving bytes of a number: a sortable double, then `80` when the double is exact. A value the double only
 * approximates (a Long beyond 2^53, most decimals) adds `7f` (below it) or `81` (above it) and its own decimal digits.
 * NaN is the lowest number, and equal numbers of different BSON types have equal bytes.
 */
export function encodeNumber(value: BsonNumber): Buffer {
  const double = exactDouble(value);
  if (double !== undefined) return encodeExact(double);
  return encodeInexact(parseDecimal(value.toString()));
}

const exactLength = 9;

function encodeExact(double: number): Buffer {
  const bytes = Buffer.allocUnsafe(exactLength);
  writeSortableDouble(bytes, double);
  bytes[8] = 0x80;
  return bytes;
}

function exactDouble(value: BsonNumber): number | undefined {
  if (typeof value === 'number') return value;
  if (value instanceof Int32 || value instanceof Double) return value.valueOf();
  if (value instanceof Long || typeof value === 'bigint') {
    const double = Number(value.toString());
    return Number.isSafeInteger(double) ? double : undefined;
  }
  const text = value.toString();
  if (text === 'NaN') return Number.NaN;
  if (text === 'Infinity' || text === '-Infinity') return Number(text);
  return undefined;
}

function writeSortableDouble(bytes: Buffer, double: number): void {
  if (Number.isNaN(double)) {
    bytes.fill(0, 0, 8);
    return;
  }
  bytes.writeDoubleBE(double === 0 ? 0 : double, 0);
  if ((bytes[0] ?? 0) & 0x80) for (let i = 0; i < 8; i++) bytes[i] = ~(bytes[i] ?? 0);
  else bytes[0] = (bytes[0] ?? 0) | 0x80;
}

/** sign * digits * 10^exponent, digits without trailing zeros ("" is zero). */
type Decimal = { isNegative: boolean; digits: string; exponent: number };

function parseDecimal(text: string): Decimal {
  const match = /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) throw new RangeError(`Not a decimal: ${text}`);
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  return {
    isNegative: sign === '-',
    digits,
    exponent: Number(power) - fraction.length + (all.length - digits.length),
  };
}

function encodeInexact(decimal: Decimal): Buffer {
  if (decimal.digits === '') return encodeExact(0);
  const sign = decimal.isNegative ? '-' : '';
  const nearest = Number(`${sign}${decimal.digits}e${decimal.exponent}`);
  const double = Number.isFinite(nearest) ? nearest : Math.sign(nearest) * Number.MAX_VALUE;
  const difference = compareWithDouble(decimal, double);
  if (difference === 0) return encodeExact(double);
  const tail = magnitudeBytes(decimal);
  const bytes = Buffer.allocUnsafe(exactLength + tail.length);
  writeSortableDouble(bytes, double);
  bytes[8] = difference < 0 ? 0x7f : 0x81;
  tail.copy(bytes, exactLength);
  return bytes;
}

function magnitudeBytes({ isNegative, digits, exponent }: Decimal): Buffer {
  const bytes = Buffer.from(`\0\0${digits}\0`, 'latin1');
  bytes.writeUInt16BE(exponent + digits.length + 0x8000, 0);
  if (isNegative) for (let i = 0; i < bytes.length; i++) bytes[i] = ~(bytes[i] ?? 0);
  return bytes;
}

function compareWithDouble(decimal: Decimal, double: number): number {
  const exact = exactDecimal(double);
  const power = Math.min(decimal.exponent, exact.exponent);
  const left = scaled(decimal, power);
  const right = scaled(exact, power);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function scaled({ isNegative, digits, exponent }: Decimal, power: number): bigint {
  const magnitude = BigInt(digits || '0') * 10n ** BigInt(exponent - power);
  return isNegative ? -magnitude : magnitude;
}

/** The double's exact value: mantissa * 2^k, and 2^-k is 5^k * 10^-k. */
function exactDecimal(double: number): Decimal {
  let mantissa = Math.abs(double);
  let power = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    power += 1;
  }
  const digits = (BigInt(mantissa) * 5n ** BigInt(power)).toString();
  return { isNegative: double < 0, digits, exponent: -power };
}

export function isBsonNumber(value: unknown): value is BsonNumber {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof Int32 ||
    value instanceof Double ||
    (value instanceof Long && value._bsontype === 'Long') ||
    value instanceof Decimal128
  );
}
