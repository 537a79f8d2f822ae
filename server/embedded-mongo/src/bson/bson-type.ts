import { DBRef } from 'bson';
import { CommandError } from '../errors.ts';
import { typeRankOf, typeRanks } from './compare.ts';
import { isNumber, numberTypeOf, toDouble } from './numbers.ts';
import type { BsonValue } from './value.ts';

const typeNumbers = {
  minKey: -1,
  missing: 0,
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  maxKey: 127,
} as const;

/** A BSON type by the alias that `$type` takes. */
export type BsonTypeName = keyof typeof typeNumbers;

const namesByNumber = new Map<number, BsonTypeName>(
  Object.entries(typeNumbers).map(([name, number]) => [number, name as BsonTypeName]),
);

const numberTypes: readonly BsonTypeName[] = ['double', 'int', 'long', 'decimal'];

const namesByRank: Readonly<Record<number, BsonTypeName>> = {
  [typeRanks.minKey]: 'minKey',
  [typeRanks.undefined]: 'missing',
  [typeRanks.null]: 'null',
  [typeRanks.object]: 'object',
  [typeRanks.array]: 'array',
  [typeRanks.binary]: 'binData',
  [typeRanks.objectId]: 'objectId',
  [typeRanks.bool]: 'bool',
  [typeRanks.date]: 'date',
  [typeRanks.timestamp]: 'timestamp',
  [typeRanks.regex]: 'regex',
  [typeRanks.code]: 'javascript',
  [typeRanks.codeWithScope]: 'javascriptWithScope',
  [typeRanks.maxKey]: 'maxKey',
};

/** The value's type by its alias; undefined counts as missing. */
export function bsonTypeOf(value: BsonValue): BsonTypeName {
  if (isNumber(value)) return numberTypeOf(value);
  if (typeof value === 'string') return 'string';
  if (value instanceof DBRef) return 'object';
  return namesByRank[typeRankOf(value)] ?? 'symbol';
}

/** Whether MongoDB treats the value as true: all are but false, zero, null and a missing field. */
export function isTruthy(value: BsonValue): boolean {
  if (value === null || value === undefined || value === false) return false;
  return !isNumber(value) || toDouble(value) !== 0;
}

/** Reads the operand of `$type`: an alias, a type number, "number", or an array of these. */
export function parseTypeNames(operand: BsonValue): ReadonlySet<BsonTypeName> {
  const operands = Array.isArray(operand) ? operand : [operand];
  if (operands.length === 0) throw new CommandError('FailedToParse', '$type must match at least one type');
  return new Set(operands.flatMap(parseTypeName));
}

function parseTypeName(operand: BsonValue): readonly BsonTypeName[] {
  if (operand === 'number') return numberTypes;
  if (typeof operand === 'string') {
    if (operand !== 'missing' && Object.hasOwn(typeNumbers, operand)) return [operand as BsonTypeName];
    throw new CommandError('BadValue', `Unknown type name alias: ${operand}`);
  }
  if (!isNumber(operand))
    throw new CommandError('TypeMismatch', 'type must be represented as a number or a string');
  const name = namesByNumber.get(toDouble(operand));
  if (name === undefined || name === 'missing') {
    throw new CommandError('BadValue', `Invalid numerical type code: ${toDouble(operand)}`);
  }
  return [name];
}
