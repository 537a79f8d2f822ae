import { CommandError } from '../errors.ts';
import { readValidation } from '../engine/validation.ts';
import { valuesEqual } from '../query/compare.ts';
import { toSafeInteger } from '../query/numbers.ts';
import type { BsonDocument } from '../query/value.ts';
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

/** Every collection here is clustered by _id, so that the option asks for what is so anyway. */
function readClusteredIndex(args: Arguments): BsonDocument | undefined {
  const given = args.document('clusteredIndex');
  if (!given) return undefined;
  const { key, unique, name = '_id_' } = given;
  const isById = valuesEqual(key, { _id: 1 }) && (unique === true || toSafeInteger(unique) === 1);
  if (isById) return { v: 2, key: { _id: 1 }, name, unique: true };
  throw new CommandError('InvalidOptions', 'A clustered index has the key {_id: 1} and is unique');
}
