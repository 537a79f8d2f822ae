import type { Collation } from '../bson/collation.ts';
import { type BsonDocument, type BsonValue, decodeDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { Deadline } from '../pace/deadline.ts';
import { pause, type Steps } from '../pace/pace.ts';
import { compileFilter, type Filter } from '../query/filter.ts';
import type { Collection, Namespace, StoredDocument } from '../storage/collection.ts';
import { FindSource, type FoundDocument } from './find-source.ts';
import { PackedKeys } from '../storage/packed-keys.ts';
import type { Store } from './store.ts';

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

export type DeleteStatement = Pick<UpdateStatement, 'filter' | 'sort' | 'hint' | 'collation' | 'let'> & {
  readonly isMulti: boolean;
};

export type Selecting = {
  readonly scope: WriteScope;
  readonly collection: Collection;
  readonly selection: DeleteStatement & { readonly needsPosition?: boolean };
};

export type Target = StoredDocument & { readonly arrayIndex: number | undefined };

/** The first match. After a pause it may have changed since it was met; if it matches no more, another is looked for. */
export function* findOne(selecting: Selecting): Steps<Target | undefined> {
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

export function* findAll(selecting: Selecting): Steps<PackedKeys> {
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

export function compileSelection({ filter, collation, let: variables }: DeleteStatement): Filter {
  return compileFilter(filter, { collation, let: variables });
}

/** The document as it is now, unless it is gone or matches no more. */
export function currentTarget({ collection }: Selecting, filter: Filter, idKey: Buffer): Target | undefined {
  const bytes = collection.getBytes(idKey);
  if (!bytes) return undefined;
  const document = decodeDocument(bytes);
  const { matched, arrayIndex } = filter.matchPosition(document);
  return matched ? { idKey, bytes, document, arrayIndex } : undefined;
}

/** After a pause the collection may be another one, or described otherwise. */
export function requireSame({ scope, collection }: Selecting): void {
  if (scope.store.catalog.get(collection.ns) === collection) return;
  throw planKilled(collection);
}

export function planKilled({ ns }: Collection): CommandError {
  return new CommandError('QueryPlanKilled', `${ns} was dropped, renamed or changed meanwhile`);
}
