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
import type { Deadline } from '../pace/deadline.ts';
import { pause, type Steps } from '../pace/pace.ts';
import { compileFilter, type Filter } from '../query/filter.ts';
import type { Collection, Namespace, StoredDocument } from '../storage/collection.ts';
import { refuseView } from '../storage/view.ts';
import { compileUpdate, type Update } from '../update/compile-update.ts';
import { FindSource, type FoundDocument } from './find-source.ts';
import { PackedKeys } from './packed-keys.ts';
import type { Store } from './store.ts';
import { assertValid } from './validation.ts';

export type WriteScope = {
  readonly store: Store;
  readonly namespace: Namespace;
  readonly deadline: Deadline;
  /** Of bypassDocumentValidation: the collection's validator is not asked. */
  readonly skipsValidation?: boolean | undefined;
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
 * Updates one or all matches, or inserts when there is none and the statement asks for it. All of it or nothing, up to
 * a thousand documents; beyond, in slices of which each happens wholly or not at all.
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
  const change = (target: Target) => applyTo({ ...selecting, update }, target);
  if (!selecting.selection.isMulti) {
    const target = yield* findOne(selecting);
    if (!target) return { matched: 0, modified: 0 };
    const after = change(target);
    return { matched: 1, modified: after ? 1 : 0, before: target.document, after: after ?? target.document };
  }
  let modified = 0;
  const matched = yield* changeEach(selecting, (target) => {
    if (change(target)) modified += 1;
  });
  return { matched, modified };
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
    return { count: yield* changeEach(selecting, (target) => collection.remove(target)) };
  }
  const target = yield* findOne(selecting);
  if (!target) return { count: 0 };
  collection.remove(target);
  return { count: 1, before: target.document };
}

type Selecting = {
  readonly scope: WriteScope;
  readonly collection: Collection;
  readonly selection: DeleteStatement & { readonly needsPosition?: boolean };
};

type Target = StoredDocument & { readonly arrayIndex: number | undefined };

/** The first match. After a pause it may have changed since it was met; if it matches no more, another is looked for. */
function* findOne(selecting: Selecting): Steps<Target | undefined> {
  const { scope, selection } = selecting;
  for (;;) {
    let hasPaused = false;
    let first: FoundDocument | undefined;
    for (const found of openSource(selecting, 1).ordered(scope.deadline)) {
      if (found === pause) {
        hasPaused = true;
        yield pause;
        requireSame(selecting);
        continue;
      }
      first = found;
      break;
    }
    if (!first) return undefined;
    if (!hasPaused) return { ...first, document: first.document ?? decodeDocument(first.bytes) };
    const target = currentTarget(selecting, compileSelection(selection), first.idKey);
    if (target) return target;
  }
}

/** Up to how many documents a statement changes in one go. */
const changedAtOnce = 1_000;

/**
 * Finds all matches before the first is changed, so that the walk does not meet a changed document again; then changes
 * those that still match. Returns how many.
 */
function* changeEach(selecting: Selecting, change: (target: Target) => void): Steps<number> {
  const { store, deadline } = selecting.scope;
  const keys = yield* findAll(selecting);
  const filter = compileSelection(selecting.selection);
  const isWhole = keys.count <= changedAtOnce;
  let changed = 0;
  const left = keys[Symbol.iterator]();
  const changeSome = (): boolean => {
    for (let key = left.next(); !key.done; key = left.next()) {
      deadline.tick();
      const target = currentTarget(selecting, filter, key.value);
      if (target) change(target);
      if (target) changed += 1;
      if (!isWhole && deadline.isPauseDue()) return false;
    }
    return true;
  };
  while (!store.executor.savepoint(changeSome)) {
    yield pause;
    requireSame(selecting);
  }
  return changed;
}

function* findAll(selecting: Selecting): Steps<PackedKeys> {
  const { deadline } = selecting.scope;
  const keys = new PackedKeys();
  for (const found of openSource(selecting, 0).matches(deadline)) {
    if (found !== pause) {
      keys.add(found.idKey);
      continue;
    }
    yield pause;
    requireSame(selecting);
  }
  return keys;
}

function openSource({ scope, collection, selection }: Selecting, limit: number): FindSource {
  const { isMulti: _, ...query } = selection;
  return new FindSource({ ...query, limit }, { kv: scope.store.kv, collection, deadline: scope.deadline });
}

function compileSelection({ filter, collation, let: variables }: DeleteStatement): Filter {
  return compileFilter(filter, { collation, let: variables });
}

/** The document as it is now, unless it is gone or matches no more. */
function currentTarget({ collection }: Selecting, filter: Filter, idKey: Buffer): Target | undefined {
  const bytes = collection.getBytes(idKey);
  if (!bytes) return undefined;
  const document = decodeDocument(bytes);
  const { matched, arrayIndex } = filter.matchPosition(document);
  return matched ? { idKey, bytes, document, arrayIndex } : undefined;
}

/** After a pause the collection may be another one, or described otherwise. */
function requireSame({ scope, collection }: Selecting): void {
  if (scope.store.catalog.get(collection.ns) === collection) return;
  throw planKilled(collection);
}

export function planKilled({ ns }: Collection): CommandError {
  return new CommandError('QueryPlanKilled', `${ns} was dropped, renamed or changed meanwhile`);
}

type Updating = Selecting & { readonly update: Update };

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
