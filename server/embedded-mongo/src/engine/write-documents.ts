import { ObjectId } from 'bson';
import type { Collation } from '../bson/collation.ts';
import {
  type BsonDocument,
  type BsonValue,
  decodeDocument,
  encodeDocument,
  isDocument,
} from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { Deadline } from '../plan/deadline.ts';
import type { Collection, Namespace, StoredDocument } from '../storage/collection.ts';
import { refuseView } from '../storage/view.ts';
import { compileUpdate, type Update } from '../update/compile-update.ts';
import { type FindQuery, FindSource, type FoundDocument } from './find-source.ts';
import type { Store } from './store.ts';
import { assertValid } from './validation.ts';

export type WriteScope = {
  readonly store: Store;
  readonly namespace: Namespace;
  readonly deadline: Deadline;
  /** Of bypassDocumentValidation: the collection's validator is not asked. */
  readonly skipsValidation?: boolean;
};

export type UpdateStatement = {
  readonly filter: BsonDocument;
  readonly update: BsonDocument | BsonDocument[];
  readonly isMulti: boolean;
  readonly isUpsert: boolean;
  readonly sort?: BsonDocument | undefined;
  readonly hint?: BsonValue;
  readonly arrayFilters?: BsonDocument[] | undefined;
  readonly collation?: Collation | undefined;
  readonly let?: BsonDocument | undefined;
};

export type UpdateResult = {
  readonly matched: number;
  readonly modified: number;
  readonly upsertedId?: BsonValue;
  /** The one document before and after, of a statement that is not multi. */
  readonly before?: BsonDocument | undefined;
  readonly after?: BsonDocument | undefined;
};

export type DeleteStatement = Pick<UpdateStatement, 'filter' | 'sort' | 'hint' | 'collation' | 'let'> & {
  readonly isMulti: boolean;
};

/** Stores one document as the client sent it, with an _id in front when it has none there. Returns its _id. */
export function insertDocument(scope: WriteScope, bytes: Buffer): BsonValue {
  const decoded = decodeDocument(bytes);
  const document = withIdFirst(decoded);
  requireValidId(document['_id']);
  const isKept = document === decoded && startsWithId(bytes);
  const collection = scope.store.catalog.ensure(scope.namespace);
  if (!scope.skipsValidation) assertValid(collection.meta, document);
  collection.insert({ bytes: isKept ? bytes : encodeDocument(document), document });
  return document['_id'];
}

/** Updates one or all matches, or inserts when there is none and the statement asks for it. All of it or nothing. */
export function updateDocuments(scope: WriteScope, statement: UpdateStatement): UpdateResult {
  const { arrayFilters, collation, let: variables } = statement;
  const update = compileUpdate(statement.update, { arrayFilters, collation, let: variables });
  if (statement.isMulti && update.isReplacement) {
    throw new CommandError('FailedToParse', 'multi update is not supported for replacement-style update');
  }
  const collection = collectionOf(scope);
  const targets = collection ? findTargets(scope, collection, { ...statement, needsPosition: true }) : [];
  if (targets.length === 0 || !collection) {
    return statement.isUpsert ? upsert(scope, statement, update) : { matched: 0, modified: 0 };
  }
  const updating = { scope, collection, update };
  if (!statement.isMulti) return updateOne(updating, targets);
  return scope.store.executor.savepoint(() => updateEach(updating, targets));
}

type Updating = { readonly scope: WriteScope; readonly collection: Collection; readonly update: Update };

function updateOne(updating: Updating, [target]: FoundDocument[]): UpdateResult {
  if (!target) return { matched: 0, modified: 0 };
  const before = target.document ?? decodeDocument(target.bytes);
  const after = applyTo(updating, { ...target, document: before });
  return { matched: 1, modified: after ? 1 : 0, before, after: after ?? before };
}

function updateEach(updating: Updating, targets: readonly FoundDocument[]): UpdateResult {
  let modified = 0;
  for (const target of targets) {
    updating.scope.deadline.tick();
    const document = target.document ?? decodeDocument(target.bytes);
    if (applyTo(updating, { ...target, document })) modified += 1;
  }
  return { matched: targets.length, modified };
}

type Target = StoredDocument & { readonly arrayIndex: number | undefined };

/** The new version, undefined when the update changes nothing. */
function applyTo({ scope, collection, update }: Updating, target: Target): BsonDocument | undefined {
  const { document, changed } = update.apply(target.document, { arrayIndex: target.arrayIndex });
  if (!changed) return undefined;
  if (!scope.skipsValidation) assertValid(collection.meta, document, target.document);
  collection.replace(target, { bytes: encodeDocument(document), document });
  return document;
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

/** Removes one or all matches; of a single one also returns what it was. */
export function deleteDocuments(
  scope: WriteScope,
  statement: DeleteStatement,
): { count: number; before?: BsonDocument } {
  const collection = collectionOf(scope);
  if (!collection) return { count: 0 };
  const targets = findTargets(scope, collection, statement);
  const removed = targets.map(({ idKey, bytes, document = decodeDocument(bytes) }) => {
    scope.deadline.tick();
    collection.remove({ idKey, bytes, document });
    return document;
  });
  const [before] = removed;
  return { count: removed.length, ...(before && !statement.isMulti && { before }) };
}

/** Finds all matches before the first is changed, so that the walk does not meet a changed document again. */
function findTargets(
  { store, deadline }: WriteScope,
  collection: Collection,
  { isMulti, ...selection }: DeleteStatement & { needsPosition?: boolean },
): FoundDocument[] {
  const query: FindQuery = { ...selection, limit: isMulti ? 0 : 1 };
  const targets: FoundDocument[] = [];
  for (const found of new FindSource(query, { kv: store.kv, collection, deadline }).ordered(deadline)) {
    targets.push(isMulti ? { ...found, document: undefined } : found);
    if (!isMulti) break;
  }
  return targets;
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
