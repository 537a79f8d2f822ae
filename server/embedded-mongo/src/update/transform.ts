import type { Collation } from '../bson/collation.ts';
import type { BsonDocument } from '../bson/value.ts';

export type UpdateOptions = {
  readonly arrayFilters?: readonly BsonDocument[] | undefined;
  readonly let?: BsonDocument | undefined;
  readonly collation?: Collation | undefined;
  /** Left out, a document whose first field has no `$` is a replacement, as in the update command. */
  readonly isReplacement?: boolean | undefined;
};

export type ApplyOptions = {
  /** From `matchPosition` of the filter, for positional `$`. */
  readonly arrayIndex?: number | undefined;
  /** The document is about to be inserted by an upsert: `$setOnInsert` applies. */
  readonly isInsert?: boolean | undefined;
};

/** What an update makes of one document; the given document is left as it was. */
export type Transform = (document: BsonDocument, options: ApplyOptions) => BsonDocument;
