import { ObjectId } from 'bson';
import {
  type BsonDocument,
  type BsonValue,
  decodeDocument,
  encodeDocument,
  isDocument,
} from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { Steps } from '../pace/pace.ts';
import type { Collection, NewDocument } from '../storage/collection.ts';
import { refuseView } from '../storage/view.ts';
import { compileUpdate, type Update } from '../update/compile-update.ts';
import { changeEach } from './change-each.ts';
import {
  type DeleteStatement,
  findOne,
  type Selecting,
  type Target,
  type UpdateStatement,
  type WriteScope,
} from './select-targets.ts';
import { assertValid } from './validation.ts';

export type UpdateResult = {
  readonly matched: number;
  readonly modified: number;
  readonly upsertedId?: BsonValue;
  /** The one document before and after, of a statement that is not multi. */
  readonly before?: BsonDocument | undefined;
  readonly after?: BsonDocument | undefined;
};

/** Stores one document as the client sent it, with an _id in front when it has none there. Returns its _id. */
export function insertDocument(scope: WriteScope, bytes: Buffer): BsonValue {
  return insertInto(scope.store.catalog.ensure(scope.namespace), bytes, scope);
}

/** The same for a collection at hand. */
export function insertInto(
  collection: Collection,
  bytes: Buffer,
  { skipsValidation }: Pick<WriteScope, 'skipsValidation'>,
): BsonValue {
  const decoded = decodeDocument(bytes);
  const document = withIdFirst(decoded);
  requireValidId(document['_id']);
  const isKept = document === decoded && startsWithId(bytes);
  if (!skipsValidation) assertValid(collection.meta, document);
  collection.insert({ bytes: isKept ? bytes : encodeDocument(document), document });
  return document['_id'];
}

/**
 * Updates one or all matches, or inserts when there is none and the statement asks for it: all of it or nothing, and
 * others see all of it or nothing.
 */
export function* updateDocuments(scope: WriteScope, statement: UpdateStatement): Steps<UpdateResult> {
  const { arrayFilters, collation, let: variables } = statement;
  const update = compileUpdate(statement.update, { arrayFilters, collation, let: variables });
  if (statement.isMulti && update.isReplacement) {
    throw new CommandError('FailedToParse', 'multi update is not supported for replacement-style update');
  }
  const collection = collectionOf(scope);
  const selecting = collection && { scope, collection, selection: { ...statement, needsPosition: true } };
  const result = selecting && (yield* updateMatches(selecting, update));
  if (result && result.matched > 0) return result;
  return statement.isUpsert ? upsert(scope, statement, update) : { matched: 0, modified: 0 };
}

function* updateMatches(selecting: Selecting, update: Update): Steps<UpdateResult> {
  const updated = (target: Target) => applyTo({ ...selecting, update }, target);
  if (selecting.selection.isMulti) return yield* changeEach(selecting, updated);
  const target = yield* findOne(selecting);
  if (!target) return { matched: 0, modified: 0 };
  const after = updated(target);
  if (after !== 'unchanged') selecting.collection.replace(target, after);
  const { document } = after === 'unchanged' ? target : after;
  return { matched: 1, modified: after === 'unchanged' ? 0 : 1, before: target.document, after: document };
}

/** Removes one or all matches, as an update changes them; of a single one also returns what it was. */
export function* deleteDocuments(
  scope: WriteScope,
  statement: DeleteStatement,
): Steps<{ count: number; before?: BsonDocument }> {
  const collection = collectionOf(scope);
  if (!collection) return { count: 0 };
  const selecting = { scope, collection, selection: statement };
  if (statement.isMulti) {
    return { count: (yield* changeEach(selecting, () => undefined)).modified };
  }
  const target = yield* findOne(selecting);
  if (!target) return { count: 0 };
  collection.remove(target);
  return { count: 1, before: target.document };
}

type Updating = Selecting & { readonly update: Update };

function applyTo({ scope, collection, update }: Updating, target: Target): NewDocument | 'unchanged' {
  const { document, changed } = update.apply(target.document, { arrayIndex: target.arrayIndex });
  if (!changed) return 'unchanged';
  if (!scope.skipsValidation) assertValid(collection.meta, document, target.document);
  return { bytes: encodeDocument(document), document };
}

function upsert(scope: WriteScope, statement: UpdateStatement, update: Update): UpdateResult {
  const { document } = update.apply(update.seed(statement.filter), { isInsert: true });
  const whole = withIdFirst(document);
  requireValidId(whole['_id']);
  const collection = scope.store.catalog.ensure(scope.namespace);
  if (!scope.skipsValidation) assertValid(collection.meta, whole);
  collection.insert({ bytes: encodeDocument(whole), document: whole });
  return { matched: 0, modified: 0, upsertedId: whole['_id'] ?? null, after: whole };
}

function collectionOf({ store, namespace }: WriteScope): Collection | undefined {
  const collection = store.catalog.get(`${namespace.db}.${namespace.name}`);
  if (collection) refuseView(collection.meta);
  return collection;
}

function withIdFirst(document: BsonDocument): BsonDocument {
  if (Object.keys(document)[0] === '_id') return document;
  const { _id: id = new ObjectId(), ...rest } = document;
  return { _id: id, ...rest };
}

const idElement = Buffer.from('_id\0', 'latin1');

function startsWithId(bytes: Buffer): boolean {
  return bytes.subarray(5, 9).equals(idElement);
}

function requireValidId(id: BsonValue): void {
  if (Array.isArray(id)) throw new CommandError('InvalidIdField', "The '_id' value cannot be of type array");
  if (id === undefined)
    throw new CommandError('InvalidIdField', "The '_id' value cannot be of type undefined");
  if (isRegex(id)) throw new CommandError('InvalidIdField', "The '_id' value cannot be of type regex");
  if (isDocument(id)) refuseDollarFields(id);
}

/** Nothing in an _id may look like an operator, but for the fields of a reference. */
function refuseDollarFields(id: BsonDocument): void {
  for (const [field, value] of Object.entries(id)) {
    if (isDocument(value)) refuseDollarFields(value);
    if (!field.startsWith('$') || ['$ref', '$id', '$db'].includes(field)) continue;
    throw new CommandError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${field}' in '_id.${field}' is not valid for storage.`,
    );
  }
}

function isRegex(value: BsonValue): boolean {
  return (
    typeof value === 'object' && value !== null && '_bsontype' in value && value['_bsontype'] === 'BSONRegExp'
  );
}
