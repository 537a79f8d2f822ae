import { type BsonDocument, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { CollectionMeta } from './collection.ts';

/** What a view shows: a pipeline over another collection of its database, or over another view. */
export type ViewDefinition = { readonly viewOn: string; readonly pipeline: readonly BsonDocument[] };

/** The definition when the catalog entry is a view's; a view has an entry like a collection, and no documents. */
export function viewOf({ options }: CollectionMeta): ViewDefinition | undefined {
  const { viewOn, pipeline } = options;
  if (typeof viewOn !== 'string') return undefined;
  return { viewOn, pipeline: Array.isArray(pipeline) ? pipeline.filter(isDocument) : [] };
}

/** Throws 166 for a view: it can only be read. */
export function refuseView(meta: CollectionMeta): void {
  if (!viewOf(meta)) return;
  throw new CommandError(
    'CommandNotSupportedOnView',
    `Namespace ${meta.db}.${meta.name} is a view, not a collection`,
  );
}
