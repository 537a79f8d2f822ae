import { valuesEqual } from '../bson/compare.ts';
import { toSafeInteger } from '../bson/numbers.ts';
import type { BsonDocument } from '../bson/value.ts';
import { readValidation } from '../engine/validation.ts';
import { CommandError } from '../errors.ts';
import type { Arguments } from './arguments.ts';

/** The options of `create` that are kept with the collection: a view's definition, a validator, a clustered index. */
export function readCreateOptions(args: Arguments): BsonDocument {
  const view = readView(args);
  if (view) return view;
  const clusteredIndex = readClusteredIndex(args);
  return { ...(clusteredIndex && { clusteredIndex }), ...readValidation(args.body) };
}

export function readView(args: Arguments): BsonDocument | undefined {
  const viewOn = args.string('viewOn');
  const pipeline = args.documents('pipeline');
  if (viewOn === undefined) {
    if (!pipeline) return undefined;
    throw new CommandError('InvalidOptions', "'pipeline' requires 'viewOn' to also be specified");
  }
  return { viewOn, pipeline: pipeline ?? [] };
}

/** Every collection of this store is clustered by _id, so the option changes nothing. */
function readClusteredIndex(args: Arguments): BsonDocument | undefined {
  const given = args.document('clusteredIndex');
  if (!given) return undefined;
  const { key, unique, name = '_id_' } = given;
  const isById = valuesEqual(key, { _id: 1 }) && (unique === true || toSafeInteger(unique) === 1);
  if (isById) return { v: 2, key: { _id: 1 }, name, unique: true };
  throw new CommandError('InvalidOptions', 'A clustered index has the key {_id: 1} and is unique');
}
