import { bsonTypeOf } from '../bson/bson-type.ts';
import type { Collation } from '../bson/collation.ts';
import { compareValues, type StringOrder } from '../bson/compare.ts';
import { isNumber, toDouble } from '../bson/numbers.ts';
import { type BsonDocument, type BsonValue, getField, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { assertFieldPath, collectValues } from './path.ts';

type SortOptions = { readonly collation?: Collation | undefined };

/** Sorting by keys that are taken from each document once, for callers that compare often. */
export type SortByKey = {
  readonly keyOf: (document: BsonDocument) => readonly BsonValue[];
  readonly compareKeys: (a: readonly BsonValue[], b: readonly BsonValue[]) => number;
};

type SortField = { readonly path: string; readonly direction: 1 | -1 };

/** Orders documents as MongoDB's sort does: of an array counts the smallest element, descending the largest. */
export function compileSort(
  sort: BsonDocument,
  options: SortOptions = {},
): (a: BsonDocument, b: BsonDocument) => number {
  const { keyOf, compareKeys } = compileSortKey(sort, options);
  return (a, b) => compareKeys(keyOf(a), keyOf(b));
}

export function compileSortKey(sort: BsonDocument, options: SortOptions = {}): SortByKey {
  const strings = options.collation?.compare;
  const fields = Object.entries(sort).map(([path, order]) => parseSortField(path, order));
  return {
    keyOf: (document) => fields.map((field) => sortValueOf(document, field, strings)),
    compareKeys(a, b) {
      for (const [at, field] of fields.entries()) {
        const order = compareValues(a[at], b[at], strings);
        if (order !== 0) return order * field.direction;
      }
      return 0;
    },
  };
}

function parseSortField(path: string, order: BsonValue): SortField {
  if (isDocument(order)) {
    throw new CommandError('BadValue', `$meta sort on '${path}' is not supported by this server`);
  }
  assertFieldPath(path);
  if (!isNumber(order)) {
    throw new CommandError(15974, `Illegal key in $sort specification: ${path}: ${bsonTypeOf(order)}`);
  }
  const direction = toDouble(order);
  if (direction !== 1 && direction !== -1) {
    throw new CommandError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
  }
  return { path, direction };
}

// A missing field sorts as null, an empty array as undefined, which is just below.
function sortValueOf(document: BsonDocument, field: SortField, strings?: StringOrder): BsonValue {
  const { path, direction } = field;
  if (!path.includes('.')) {
    const value = getField(document, path);
    if (!Array.isArray(value)) return value ?? null;
  }
  const values = collectValues(document, path);
  if (values.length === 0) return null;
  return values.reduce((best, value) => (compareValues(value, best, strings) * direction < 0 ? value : best));
}
