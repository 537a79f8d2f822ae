import { isDeepStrictEqual } from 'node:util';
import { Binary, type Document, EJSON, Long } from 'bson';
import type { Json } from './spec-files.ts';

/** Looks up what `$$matchesEntity` and `$$sessionLsid` refer to. */
export type EntityValues = {
  readonly get: (id: string) => unknown;
  readonly lsidOf: (id: string) => unknown;
};

type Place = { readonly path: string; readonly isRoot: boolean };

/** Compares by the unified test format's rules and returns the first difference in words, or undefined. */
export function findMismatch(expected: unknown, actual: unknown, entities: EntityValues): string | undefined {
  return new Matcher(entities).find(expected, actual, { path: '', isRoot: true });
}

class Matcher {
  readonly #entities: EntityValues;

  constructor(entities: EntityValues) {
    this.#entities = entities;
  }

  find(expected: unknown, actual: unknown, place: Place): string | undefined {
    if (isPlain(expected)) return this.#findInDocument(expected, actual, place);
    if (Array.isArray(expected)) return this.#findInArray(expected, actual, place);
    if (isSame(expected, actual)) return undefined;
    return `${place.path || 'value'}: expected ${show(expected)}, got ${show(actual)}`;
  }

  #findInDocument(expected: Json, given: unknown, place: Place): string | undefined {
    // The driver keeps a sort or an index key as a Map, for the order of its fields.
    const actual: unknown = given instanceof Map ? Object.fromEntries(given) : given;
    const [operator] = Object.keys(expected);
    if (operator?.startsWith('$$')) return this.#findSpecial(operator, expected[operator], { actual, place });
    if (!isPlain(actual)) return `${place.path || 'value'}: expected ${show(expected)}, got ${show(actual)}`;
    for (const [key, value] of Object.entries(expected)) {
      const inner = { path: place.path === '' ? key : `${place.path}.${key}`, isRoot: false };
      const isAbsent = !(key in actual);
      if (isAbsent && !allowsAbsence(value)) return `${inner.path}: is missing, expected ${show(value)}`;
      const mismatch = this.find(value, actual[key], inner);
      if (mismatch !== undefined) return mismatch;
    }
    const extra = Object.keys(actual).find((key) => !(key in expected) && actual[key] !== undefined);
    if (place.isRoot || extra === undefined) return undefined;
    return `${place.path}: has an unexpected field ${extra}: ${show(actual[extra])}`;
  }

  #findInArray(expected: readonly unknown[], actual: unknown, place: Place): string | undefined {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      return `${place.path || 'array'}: expected ${show(expected)}, got ${show(actual)}`;
    }
    for (const [at, value] of expected.entries()) {
      // Each document of a result list is a root of its own, but nothing deeper is.
      const isRoot = place.isRoot && place.path === '';
      const mismatch = this.find(value, actual[at], { path: `${place.path}[${at}]`, isRoot });
      if (mismatch !== undefined) return mismatch;
    }
    return undefined;
  }

  #findSpecial(operator: string, operand: unknown, { actual, place }: Special): string | undefined {
    const fail = (what: string) => `${place.path || 'value'}: ${what}, got ${show(actual)}`;
    switch (operator) {
      case '$$placeholder':
        return undefined;
      case '$$exists':
        return (actual !== undefined) === operand ? undefined : fail(`expected exists = ${show(operand)}`);
      case '$$unsetOrMatches':
        return actual === undefined || actual === null
          ? undefined
          : this.find(operand, actual, { ...place, isRoot: place.path === '' });
      case '$$type':
        return hasType(operand, actual) ? undefined : fail(`expected type ${show(operand)}`);
      case '$$lte':
        return Number(actual) <= Number(operand) ? undefined : fail(`expected at most ${show(operand)}`);
      case '$$matchesEntity':
        return this.find(this.#entities.get(String(operand)), actual, place);
      case '$$sessionLsid':
        return this.find(this.#entities.lsidOf(String(operand)), actual, place);
      case '$$matchesHexBytes':
        return Buffer.isBuffer(actual) && actual.toString('hex') === operand
          ? undefined
          : fail(`expected bytes ${show(operand)}`);
      case '$$matchAsRoot':
        return this.find(operand, actual, { ...place, isRoot: true });
      case '$$matchAsDocument':
        return this.find(operand, EJSON.parse(String(actual), { relaxed: true }), place);
      default:
        return fail(`the runner does not know ${operator}`);
    }
  }
}

type Special = { readonly actual: unknown; readonly place: Place };

function allowsAbsence(expected: unknown): boolean {
  return isPlain(expected) && ('$$exists' in expected || '$$unsetOrMatches' in expected);
}

function isPlain(value: unknown): value is Json {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isBson =
    '_bsontype' in value && typeof value._bsontype === 'string' && prototype !== Object.prototype;
  return (
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof RegExp) &&
    !Buffer.isBuffer(value) &&
    !isBson
  );
}

function isSame(expected: unknown, actual: unknown): boolean {
  if (typeof expected === 'number') return toNumber(actual) === expected;
  if (Long.isLong(expected)) return toNumber(actual) === expected.toNumber();
  if (isDeepStrictEqual(expected, actual)) return true;
  const isBson =
    typeof expected === 'object' && expected !== null && typeof actual === 'object' && actual !== null;
  return (
    isBson && EJSON.stringify({ v: expected } as Document) === EJSON.stringify({ v: actual } as Document)
  );
}

function toNumber(value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  return typeof value === 'object' && value !== null && '_bsontype' in value ? Number(value) : Number.NaN;
}

const typeTests: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  int: (value) => Number.isInteger(toNumber(value)),
  long: (value) => Number.isInteger(toNumber(value)),
  double: (value) => !Number.isNaN(toNumber(value)),
  number: (value) => !Number.isNaN(toNumber(value)),
  object: isPlain,
  array: (value) => Array.isArray(value),
  bool: (value) => typeof value === 'boolean',
  date: (value) => value instanceof Date,
  null: (value) => value === null,
  binData: (value) => value instanceof Binary || Buffer.isBuffer(value),
  objectId: (value) => hasBsonType(value, 'ObjectId'),
  timestamp: (value) => hasBsonType(value, 'Timestamp'),
  decimal: (value) => hasBsonType(value, 'Decimal128'),
  regex: (value) => value instanceof RegExp || hasBsonType(value, 'BSONRegExp'),
  minKey: (value) => hasBsonType(value, 'MinKey'),
  maxKey: (value) => hasBsonType(value, 'MaxKey'),
};

function hasType(wanted: unknown, value: unknown): boolean {
  const names: unknown[] = Array.isArray(wanted) ? wanted : [wanted];
  return names.some((name) => typeTests[String(name)]?.(value) ?? false);
}

function hasBsonType(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && '_bsontype' in value && value._bsontype === name;
}

function show(value: unknown): string {
  return value === undefined
    ? 'nothing'
    : EJSON.stringify({ v: value } as Document)
        .slice(5, 300)
        .replace(/\}$/, '');
}
