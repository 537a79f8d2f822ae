import type { Collation } from '../bson/collation.ts';
import type { BsonDocument } from '../bson/value.ts';
import type { Deadline } from '../pace/deadline.ts';
import type { Paced, Steps } from '../pace/pace.ts';

export type Namespace = { readonly db: string; readonly name: string };

export type HostQuery = {
  readonly filter: BsonDocument;
  readonly collation?: Collation | undefined;
  readonly let?: BsonDocument | undefined;
};

/** What a pipeline needs of the database it runs in, inside the command's own transaction. */
export interface PipelineHost {
  /** The collection that is aggregated; only its database matters to a pipeline without one. */
  readonly namespace: Namespace;
  readonly deadline: Deadline;
  /** The matches in another collection, by its indexes; none when there is no such collection. */
  find(namespace: Namespace, query: HostQuery): Paced<BsonDocument>;
  /** Puts the documents in the place of all the collection holds; its indexes stay. Creates it when missing. */
  replaceCollection(namespace: Namespace, documents: readonly BsonDocument[]): Steps<void>;
  /** Adds one document, with an `_id` of its own if it lacks one. Throws 11000 for a duplicate. */
  insert(namespace: Namespace, document: BsonDocument): void;
  /** Replaces the document with the same `_id`. */
  replace(namespace: Namespace, document: BsonDocument): void;
  /** Whether a unique index has exactly these fields, in any order; `_id` always has one. */
  hasUniqueIndex(namespace: Namespace, fields: readonly string[]): boolean;
}
