import { Decimal128 } from 'bson';
import { compareDecimals, type Decimal, fromDouble } from './decimal.ts';
import { toDecimal, toDouble } from './numbers.ts';
import type { BsonNumber } from './value.ts';

export const exactBytes = 9;

/**
 * Order-preserving bytes of a number: a sortable double, then `80` when the double is exact. A value the double only
 * approximates (a Long beyond 2^53, most decimals) adds `7f` (below it) or `81` (above it) and its own digits.
 * NaN is the lowest number, and equal numbers of different BSON types have equal bytes.
 */
export function encodeNumber(value: BsonNumber): Buffer {
  const nearest = toDouble(value);
  if (isExact(value, nearest)) return encodeExact(nearest);
  const decimal = toDecimal(value);
  if (decimal.kind !== 'finite') return encodeExact(nearest);
  const double = Number.isFinite(nearest) ? nearest : Math.sign(nearest) * Number.MAX_VALUE;
  const order = compareDecimals(decimal, fromDouble(double));
  if (order === 0) return encodeExact(double);
  const marker = Buffer.of(order < 0 ? 0x7f : 0x81);
  return Buffer.concat([encodeExact(double).subarray(0, -1), marker, magnitudeBytes(decimal)]);
}

/** Whether it is clear at once that the double is the number. */
export function isExact(value: BsonNumber, double: number): boolean {
  return Number.isSafeInteger(double) && !(value instanceof Decimal128);
}

function encodeExact(double: number): Buffer {
  const bytes = Buffer.alloc(exactBytes);
  bytes[8] = 0x80;
  if (!Number.isNaN(double)) writeExact(double, bytes, 0);
  return bytes;
}

/** Writes what a number is encoded to that is this double, which is not NaN. */
export function writeExact(double: number, bytes: Buffer, at: number): void {
  bytes.writeDoubleBE(double === 0 ? 0 : double, at);
  if ((bytes[at] ?? 0) & 0x80) for (let i = at; i < at + 8; i++) bytes[i] = ~(bytes[i] ?? 0);
  else bytes[at] = (bytes[at] ?? 0) | 0x80;
  bytes[at + 8] = 0x80;
}

/** The power of ten of the first digit, then the digits; of a negative number inverted, to turn the order around. */
function magnitudeBytes({ sign, coefficient, exponent }: Extract<Decimal, { kind: 'finite' }>): Buffer {
  const digits = String(coefficient);
  const bytes = Buffer.from(`\0\0${digits.replace(/0+$/, '')}\0`, 'latin1');
  bytes.writeUInt16BE(exponent + digits.length + 0x8000, 0);
  if (sign < 0) for (let i = 0; i < bytes.length; i++) bytes[i] = ~(bytes[i] ?? 0);
  return bytes;
}
