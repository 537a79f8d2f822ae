import type { BsonDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { Transform } from './transform.ts';

/** The whole document is replaced; the one being replaced gives only its `_id`. */
export function compileReplacement(replacement: BsonDocument): Transform {
  const first = Object.keys(replacement).find((field) => field.startsWith('$'));
  if (first !== undefined) {
    throw new CommandError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${first}' in '${first}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
    );
  }
  return () => ({ ...replacement });
}
