import { valuesEqual } from '../bson/compare.ts';
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

const notOfViews = ['clusteredIndex', 'validator', 'validationLevel', 'validationAction'];

/** The definition of a view, when the options are a view's. */
export function readView(args: Arguments): BsonDocument | undefined {
  const viewOn = args.string('viewOn');
  const pipeline = args.documents('pipeline');
  if (viewOn === undefined) {
    if (!pipeline) return undefined;
    throw new CommandError('InvalidOptions', "'pipeline' requires 'viewOn' to also be specified");
  }
  const other = notOfViews.find((option) => args.has(option));
  if (other !== undefined) throw new CommandError('InvalidOptions', `A view cannot have the option ${other}`);
  return { viewOn, pipeline: pipeline ?? [] };
}

/** Every collection of this store is clustered by _id, so the option changes nothing. */
function readClusteredIndex(args: Arguments): BsonDocument | undefined {
  if (!args.has('clusteredIndex')) return undefined;
  const given = args.inner('clusteredIndex', ['v', 'key', 'name', 'unique']);
  const name = given.string('name') ?? '_id_';
  const isById = valuesEqual(given.value('key'), { _id: 1 }) && given.boolean('unique');
  if (given.has('v') && given.integer('v') !== 2)
    throw new CommandError('InvalidOptions', "A clustered index's version is 2");
  if (isById) return { v: 2, key: { _id: 1 }, name, unique: true };
  throw new CommandError('InvalidOptions', 'A clustered index has the key {_id: 1} and is unique');
}
