import { isNumber, toDouble } from '../bson/numbers.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { IndexField } from './index-keys.ts';

/** An index as the client described it. */
export type IndexSpec = {
  readonly name: string;
  readonly key: BsonDocument;
  readonly isUnique: boolean;
  readonly isSparse: boolean;
  readonly partialFilter: BsonDocument | undefined;
  readonly expireAfterSeconds: number | undefined;
};

const takenOptions = new Set([
  'v',
  'key',
  'name',
  'unique',
  'sparse',
  'partialFilterExpression',
  'expireAfterSeconds',
  'background',
  'ns',
]);

/** Reads one element of createIndexes' list; an option this server does not have is refused, never dropped. */
export function readIndexSpec(spec: BsonDocument): IndexSpec {
  for (const option of Object.keys(spec)) {
    if (takenOptions.has(option)) continue;
    if (option === 'hidden' && spec[option] === false) continue;
    if (option === 'collation' && isSimpleCollation(spec[option])) continue;
    throw new CommandError('CannotCreateIndex', `Index option '${option}' is not supported by this server`);
  }
  const { key, name, partialFilterExpression: partialFilter } = spec;
  if (!isDocument(key)) throw new CommandError('FailedToParse', "The 'key' field of an index is required");
  if (typeof name !== 'string' || name === '' || name === '*' || name.includes('\0')) {
    throw new CommandError(
      'CannotCreateIndex',
      "The 'name' of an index has to be a string, and not empty or '*'",
    );
  }
  if (partialFilter !== undefined && !isDocument(partialFilter)) {
    throw new CommandError('CannotCreateIndex', 'partialFilterExpression must be an object');
  }
  if (indexFields(key).length > 1 && spec['expireAfterSeconds'] !== undefined) {
    throw new CommandError('CannotCreateIndex', 'TTL indexes are single-field indexes');
  }
  return {
    name,
    key,
    isUnique: readFlag(spec, 'unique'),
    isSparse: readFlag(spec, 'sparse'),
    partialFilter,
    expireAfterSeconds: readExpiry(spec['expireAfterSeconds']),
  };
}

function isSimpleCollation(value: BsonValue): boolean {
  return isDocument(value) && value['locale'] === 'simple';
}

function readFlag(spec: BsonDocument, option: string): boolean {
  const value = spec[option];
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  if (isNumber(value)) return toDouble(value) !== 0;
  throw new CommandError('TypeMismatch', `The field '${option}' of an index has to be a bool`);
}

function readExpiry(value: BsonValue): number | undefined {
  if (value === undefined) return undefined;
  const seconds = isNumber(value) ? toDouble(value) : Number.NaN;
  if (!(seconds >= 0 && seconds <= 2_147_483_647)) {
    throw new CommandError('CannotCreateIndex', 'expireAfterSeconds must be a number from 0 to 2147483647');
  }
  return seconds;
}

export function indexFields(key: BsonDocument): IndexField[] {
  const fields = Object.entries(key).map(([path, direction]): IndexField => {
    if (!isNumber(direction) || toDouble(direction) === 0) {
      throw new CommandError(
        'CannotCreateIndex',
        `Index type of '${path}' is not supported: only 1 and -1 are`,
      );
    }
    const parts = path.split('.');
    if (path === '' || path.startsWith('$') || parts.includes('$**') || parts.includes('')) {
      throw new CommandError('CannotCreateIndex', `Index field '${path}' is not supported`);
    }
    return { path, parts, isDescending: toDouble(direction) < 0 };
  });
  if (fields.length === 0)
    throw new CommandError('CannotCreateIndex', 'Index keys cannot be an empty object');
  return fields;
}

/** The spec as listIndexes shows it and the catalog keeps it. */
export function describeIndex(spec: IndexSpec): BsonDocument {
  return {
    v: 2,
    key: spec.key,
    name: spec.name,
    ...(spec.isUnique && { unique: true }),
    ...(spec.isSparse && { sparse: true }),
    ...(spec.partialFilter && { partialFilterExpression: spec.partialFilter }),
    ...(spec.expireAfterSeconds !== undefined && { expireAfterSeconds: spec.expireAfterSeconds }),
  };
}
