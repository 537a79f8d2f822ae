import { Binary, Decimal128, Double, Int32, Long, ObjectId } from 'bson';
import { bsonTypeOf, isTruthy, type BsonTypeName } from '../bson/bson-type.ts';
import { fromDoubleRounded, toDecimal128 } from '../bson/decimal.ts';
import { isInt64, isNumber, toBigInt, toDecimal, toDouble, toSafeInteger } from '../bson/numbers.ts';
import type { BsonNumber, BsonValue } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { isNullish, namedArguments, type OperatorTable, unary } from './node.ts';

type Convert = (value: BsonValue) => BsonValue;

const converters: Partial<Readonly<Record<BsonTypeName, Convert>>> = {
  string: toText,
  bool: isTruthy,
  int: (value) => new Int32(Number(toWhole(value, 'int'))),
  long: (value) => Long.fromBigInt(toWhole(value, 'long')),
  double: (value) => new Double(toDouble(toNumber(value, 'double'))),
  decimal: (value) => {
    if (typeof value === 'string') return parseDecimal(value);
    const number = toNumber(value, 'decimal');
    return toDecimal128(number instanceof Double ? fromDoubleRounded(number.value) : toDecimal(number));
  },
  objectId: (value) => {
    if (value instanceof ObjectId) return value;
    if (typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value)) return new ObjectId(value);
    throw failed(value, 'objectId');
  },
  date: toDate,
};

export const conversionOperators: OperatorTable = {
  $type: unary('$type', (value) => bsonTypeOf(value)),
  $isNumber: unary('$isNumber', (value) => isNumber(value)),
  $toString: converting('$toString', 'string'),
  $toBool: converting('$toBool', 'bool'),
  $toInt: converting('$toInt', 'int'),
  $toLong: converting('$toLong', 'long'),
  $toDouble: converting('$toDouble', 'double'),
  $toDecimal: converting('$toDecimal', 'decimal'),
  $toObjectId: converting('$toObjectId', 'objectId'),
  $toDate: converting('$toDate', 'date'),
  $convert: (operand, scope, compile) => {
    const parts = namedArguments('$convert', operand, ['input', 'to', 'onError', 'onNull']);
    const [input, to] = [compile(parts['input'], scope), compile(parts['to'], scope)];
    const onError = 'onError' in parts ? compile(parts['onError'], scope) : undefined;
    const onNull = 'onNull' in parts ? compile(parts['onNull'], scope) : undefined;
    return (env) => {
      const [value, type] = [input(env), to(env)];
      if (isNullish(value)) return onNull ? onNull(env) : null;
      try {
        return convert(value, type);
      } catch (error) {
        if (onError && error instanceof CommandError && error.code === conversionFailure) return onError(env);
        throw error;
      }
    };
  },
};

const conversionFailure = 241;

/** A value as `$toString` writes it. */
export function toText(value: BsonValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Binary && value.sub_type === Binary.SUBTYPE_UUID) return value.toUUID().toHexString();
  if (isNumber(value))
    return value instanceof Double || typeof value === 'number' ? String(toDouble(value)) : value.toString();
  throw failed(value, 'string');
}

function converting(name: string, type: BsonTypeName) {
  return unary(name, (value) => (isNullish(value) ? null : convert(value, type)));
}

function convert(value: BsonValue, type: BsonValue): BsonValue {
  const name = isNumber(type) ? namesByNumber[toSafeInteger(type) ?? 0] : type;
  const converter =
    typeof name === 'string' && Object.hasOwn(converters, name)
      ? converters[name as BsonTypeName]
      : undefined;
  if (!converter) throw new CommandError('BadValue', 'Unknown type name in $convert');
  return converter(value);
}

const namesByNumber: Readonly<Record<number, BsonTypeName>> = {
  1: 'double',
  2: 'string',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  16: 'int',
  18: 'long',
  19: 'decimal',
};

function toNumber(value: BsonValue, target: BsonTypeName): BsonNumber {
  if (isNumber(value)) return value;
  if (typeof value === 'boolean') return new Int32(value ? 1 : 0);
  if (value instanceof Date && target !== 'int') return Long.fromNumber(value.getTime());
  const isNumeric = typeof value === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value);
  if (isNumeric) return new Double(Number(value));
  throw failed(value, target);
}

function toWhole(value: BsonValue, target: 'int' | 'long'): bigint {
  const isDigits = typeof value === 'string' && /^[+-]?\d+$/.test(value);
  if (typeof value === 'string' && !isDigits) throw failed(value, target);
  const whole = isDigits ? BigInt(value.replace('+', '')) : toBigInt(toNumber(value, target));
  const fits =
    whole !== undefined && (target === 'long' ? isInt64(whole) : BigInt.asIntN(32, whole) === whole);
  if (!fits) throw failed(value, target);
  return whole;
}

function parseDecimal(text: string): Decimal128 {
  try {
    return Decimal128.fromString(text);
  } catch {
    throw failed(text, 'decimal');
  }
}

function toDate(value: BsonValue): Date {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  if (isNumber(value) && !(value instanceof Int32)) return new Date(toDouble(value));
  const time = typeof value === 'string' ? parseDate(value) : Number.NaN;
  if (Number.isNaN(time)) throw failed(value, 'date');
  return new Date(time);
}

const isoDate = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?)? ?(Z|[+-]\d{2}:?\d{2})?$/i;

/** Milliseconds of an ISO 8601 date, in UTC where it names no offset; NaN for any other text. */
function parseDate(text: string): number {
  const [, day, minutes = '00:00', seconds = ':00', offset = 'Z'] = isoDate.exec(text) ?? [];
  if (day === undefined || Number(day.slice(8)) > daysOfMonth(day)) return Number.NaN;
  const zone = offset.length === 5 ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset.toUpperCase();
  return Date.parse(`${day}T${minutes}${seconds}${zone}`);
}

// JS takes February 30 for March 1.
function daysOfMonth(day: string): number {
  return new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).getUTCDate();
}

function failed(value: BsonValue, target: BsonTypeName): CommandError {
  return new CommandError(
    conversionFailure,
    `Failed to convert a ${bsonTypeOf(value)} to ${target} in $convert with no onError value`,
  );
}
