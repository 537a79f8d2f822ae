import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';

/** The update of a statement: operators or a whole document, or a pipeline. */
export function readUpdate(value: BsonValue): BsonDocument | BsonDocument[] {
  if (isDocument(value)) return value;
  if (Array.isArray(value) && value.every(isDocument)) return value;
  throw new CommandError('FailedToParse', 'Update argument must be either an object or an array');
}
