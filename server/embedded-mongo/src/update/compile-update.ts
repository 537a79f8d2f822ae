import { compareValues } from '../bson/compare.ts';
import { isSameValue } from '../bson/same-value.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileArrayFilters } from './array-filters.ts';
import { compileModifications } from './compile-modifications.ts';
import { compilePipelineUpdate } from './pipeline-update.ts';
import { compileReplacement } from './replacement.ts';
import { seedDocument } from './seed.ts';
import type { ApplyOptions, Transform, UpdateOptions } from './transform.ts';

export type UpdateResult = { readonly document: BsonDocument; readonly changed: boolean };

export type Update = {
  readonly isReplacement: boolean;
  /** Returns the new document, `_id` first; the given one is left as it was. Throws MongoDB's error for it. */
  readonly apply: (document: BsonDocument, options?: ApplyOptions) => UpdateResult;
  /** The document that an upsert starts from: the filter's equalities. It may lack an `_id`. */
  readonly seed: (filter: BsonDocument) => BsonDocument;
};

/** Compiles an update document, a replacement or an update pipeline once, to apply it to many documents. */
export function compileUpdate(
  update: BsonDocument | readonly BsonDocument[],
  options: UpdateOptions = {},
): Update {
  const isReplacement = options.isReplacement ?? isReplacementDocument(update);
  const isByModifiers = !isReplacement && !isPipeline(update);
  const transform = compileTransform(update, isReplacement, options);
  return {
    isReplacement,
    apply(document, applyOptions = {}) {
      const result = keepId(document, transform(document, applyOptions));
      // Modifiers return the given document when nothing changes. Other updates may return an equal copy.
      const changed = result !== document && (isByModifiers || !isSameValue(document, result));
      return { document: result, changed };
    },
    seed: (filter) => seedDocument(filter, isReplacement),
  };
}

function isReplacementDocument(update: BsonDocument | readonly BsonDocument[]): boolean {
  return !Array.isArray(update) && !Object.keys(update)[0]?.startsWith('$');
}

function compileTransform(
  update: BsonDocument | readonly BsonDocument[],
  isReplacement: boolean,
  options: UpdateOptions,
): Transform {
  if (isPipeline(update)) {
    if (options.arrayFilters?.length) {
      throw new CommandError('FailedToParse', 'arrayFilters may not be specified for pipeline-style updates');
    }
    return compilePipelineUpdate(update, options);
  }
  if (isReplacement) {
    if (options.arrayFilters?.length) {
      throw new CommandError(
        'FailedToParse',
        'arrayFilters may not be specified for replacement-style updates',
      );
    }
    return compileReplacement(update);
  }
  const filterOptions = { collation: options.collation, let: options.let };
  const filters = {
    tests: compileArrayFilters(options.arrayFilters ?? [], filterOptions),
    used: new Set<string>(),
  };
  return compileModifications(update, filters, filterOptions);
}

function isPipeline(update: BsonDocument | readonly BsonDocument[]): update is readonly BsonDocument[] {
  return Array.isArray(update);
}

/** An `_id`, once there, never changes; an update that drops it gets it back. */
function keepId(before: BsonDocument, after: BsonDocument): BsonDocument {
  if (after === before) return after;
  const id: BsonValue = before['_id'];
  if (id === undefined) return '_id' in after ? withIdFirst(after, after['_id']) : after;
  if (!Object.hasOwn(after, '_id')) return withIdFirst(after, id);
  if (compareValues(after['_id'], id) !== 0) {
    throw new CommandError(
      'ImmutableField',
      "Performing an update on the path '_id' would modify the immutable field '_id'",
    );
  }
  return withIdFirst(after, after['_id']);
}

function withIdFirst(document: BsonDocument, id: BsonValue): BsonDocument {
  return Object.keys(document)[0] === '_id' ? document : { _id: id, ...document };
}
