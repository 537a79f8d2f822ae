import { bsonTypeOf } from '../bson/bson-type.ts';
import { type BsonDocument, type BsonValue, isDocument, setField } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { isNullish, type OperatorTable, variadic } from './node.ts';

export const objectOperators: OperatorTable = {
  $mergeObjects: variadic((values) =>
    mergeObjects(values.length === 1 && Array.isArray(values[0]) ? values[0] : values),
  ),
};

export function mergeObjects(values: readonly BsonValue[]): BsonDocument {
  const merged: BsonDocument = {};
  for (const value of values) {
    if (isNullish(value)) continue;
    if (!isDocument(value)) {
      throw new CommandError(
        40400,
        `$mergeObjects requires object inputs, but input is of type ${bsonTypeOf(value)}`,
      );
    }
    for (const [field, inner] of Object.entries(value)) setField(merged, field, inner);
  }
  return merged;
}
