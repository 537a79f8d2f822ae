import type { Binary, BSONRegExp, BSONSymbol, Code, ObjectId, Timestamp } from 'bson';
import { compareNumbers } from './numbers.ts';
import type { BsonDocument, BsonNumber, BsonValue } from './value.ts';

/** Orders two strings; a collation's, or code points' when none is given. */
export type StringOrder = (a: string, b: string) => number;

/** Places of the BSON types in MongoDB's comparison order; types of one place compare by value. */
export const typeRanks = {
  minKey: -1,
  undefined: 0,
  null: 5,
  number: 10,
  string: 15,
  object: 20,
  array: 25,
  binary: 30,
  objectId: 35,
  bool: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  code: 60,
  codeWithScope: 65,
  maxKey: 127,
} as const;

type TypeRank = (typeof typeRanks)[keyof typeof typeRanks];
type Comparer = (a: BsonValue, b: BsonValue, strings: StringOrder) => number;

/**
 * MongoDB's total order over all values. `undefined` is BSON's undefined, just below null: a caller that means a
 * missing field passes null.
 */
export function compareValues(a: BsonValue, b: BsonValue, strings: StringOrder = compareCodePoints): number {
  if (typeof a === 'string' && typeof b === 'string') return strings(a, b);
  const rank = typeRankOf(a);
  const otherRank = typeRankOf(b);
  if (rank !== otherRank) return rank < otherRank ? -1 : 1;
  return comparers[rank](a, b, strings);
}

/** Equality as a query sees it: 1 equals 1.0, and an embedded document equals only one with the same field order. */
export function valuesEqual(a: BsonValue, b: BsonValue, strings?: StringOrder): boolean {
  return compareValues(a, b, strings) === 0;
}

export function typeRankOf(value: BsonValue): TypeRank {
  if (typeof value === 'string') return typeRanks.string;
  if (typeof value === 'object') return value === null ? typeRanks.null : objectRankOf(value);
  if (typeof value === 'boolean') return typeRanks.bool;
  return value === undefined ? typeRanks.undefined : typeRanks.number;
}

const bsonRanks: Readonly<Record<string, TypeRank>> = {
  Int32: typeRanks.number,
  Double: typeRanks.number,
  Long: typeRanks.number,
  Decimal128: typeRanks.number,
  BSONSymbol: typeRanks.string,
  Binary: typeRanks.binary,
  ObjectId: typeRanks.objectId,
  Timestamp: typeRanks.timestamp,
  BSONRegExp: typeRanks.regex,
  Code: typeRanks.code,
  MinKey: typeRanks.minKey,
  MaxKey: typeRanks.maxKey,
};

function objectRankOf(value: object): TypeRank {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return typeRanks.object;
  if (Array.isArray(value)) return typeRanks.array;
  if (value instanceof Date) return typeRanks.date;
  if (value instanceof RegExp) return typeRanks.regex;
  const rank = bsonRanks[(value as { _bsontype?: string })._bsontype ?? ''] ?? typeRanks.object;
  return rank === typeRanks.code && (value as Code).scope ? typeRanks.codeWithScope : rank;
}

const same: Comparer = () => 0;

const comparers: Readonly<Record<TypeRank, Comparer>> = {
  [typeRanks.minKey]: same,
  [typeRanks.undefined]: same,
  [typeRanks.null]: same,
  [typeRanks.maxKey]: same,
  [typeRanks.number]: (a, b) => compareNumbers(a as BsonNumber, b as BsonNumber),
  [typeRanks.string]: (a, b, strings) => strings(textOf(a), textOf(b)),
  [typeRanks.object]: (a, b, strings) => compareDocuments(a as BsonDocument, b as BsonDocument, strings),
  [typeRanks.array]: (a, b, strings) => compareArrays(a as BsonValue[], b as BsonValue[], strings),
  [typeRanks.binary]: (a, b) => compareBinaries(a as Binary, b as Binary),
  [typeRanks.objectId]: (a, b) => compareBytes((a as ObjectId).id, (b as ObjectId).id),
  [typeRanks.bool]: (a, b) => Number(a) - Number(b),
  // A date beyond what JS can tell has the time NaN.
  [typeRanks.date]: (a, b) => compareNumbers((a as Date).getTime(), (b as Date).getTime()),
  [typeRanks.timestamp]: (a, b) => (a as Timestamp).compare(b as Timestamp),
  [typeRanks.regex]: compareRegexes,
  [typeRanks.code]: (a, b) => compareCodePoints((a as Code).code, (b as Code).code),
  [typeRanks.codeWithScope]: (a, b, strings) => compareCodes(a as Code, b as Code, strings),
};

/** The order of the strings' UTF-8 bytes, which differs from JS's `<` where surrogates meet U+E000 and above. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return codePointWeight(left) < codePointWeight(right) ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

function codePointWeight(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function textOf(value: BsonValue): string {
  return typeof value === 'string' ? value : (value as BSONSymbol).value;
}

function compareDocuments(a: BsonDocument, b: BsonDocument, strings: StringOrder): number {
  const fields = Object.keys(a);
  const otherFields = Object.keys(b);
  const count = Math.min(fields.length, otherFields.length);
  for (let at = 0; at < count; at += 1) {
    const field = fields[at] ?? '';
    const otherField = otherFields[at] ?? '';
    const value = a[field];
    const otherValue = b[otherField];
    const order =
      Math.sign(typeRankOf(value) - typeRankOf(otherValue)) ||
      compareCodePoints(field, otherField) ||
      compareValues(value, otherValue, strings);
    if (order !== 0) return order;
  }
  return Math.sign(fields.length - otherFields.length);
}

function compareArrays(a: BsonValue[], b: BsonValue[], strings: StringOrder): number {
  const count = Math.min(a.length, b.length);
  for (let at = 0; at < count; at += 1) {
    const order = compareValues(a[at], b[at], strings);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const count = Math.min(a.length, b.length);
  for (let at = 0; at < count; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(a.length - b.length);
}

function compareBinaries(a: Binary, b: Binary): number {
  const lengths = a.length() - b.length();
  return Math.sign(lengths || a.sub_type - b.sub_type) || compareBytes(a.value(), b.value());
}

function compareRegexes(a: BsonValue, b: BsonValue): number {
  const [pattern, flags] = regexParts(a as BSONRegExp | RegExp);
  const [otherPattern, otherFlags] = regexParts(b as BSONRegExp | RegExp);
  return compareCodePoints(pattern, otherPattern) || compareCodePoints(flags, otherFlags);
}

function regexParts(value: BSONRegExp | RegExp): [pattern: string, flags: string] {
  return value instanceof RegExp ? [value.source, value.flags] : [value.pattern, value.options];
}

function compareCodes(a: Code, b: Code, strings: StringOrder): number {
  const scopes = [a.scope, b.scope] as [BsonDocument, BsonDocument];
  return compareCodePoints(a.code, b.code) || compareDocuments(scopes[0], scopes[1], strings);
}
