import { Long } from 'bson';
import type { BsonDocument } from '../bson/value.ts';
import type { BatchSource } from '../engine/cursors.ts';
import type { FindQuery } from '../engine/find-source.ts';
import type { Steps } from '../pace/pace.ts';
import type { Namespace } from '../storage/collection.ts';
import { viewOf } from '../storage/view.ts';
import { aggregateCollection } from './aggregate-source.ts';
import type { CommandContext } from './command.ts';

/** The documents of a query over a view, which is the same query as a pipeline; undefined when it is no view. */
export function* findInView(
  ctx: CommandContext,
  namespace: Namespace,
  query: Omit<FindQuery, 'hint' | 'collation' | 'let'>,
): Steps<BatchSource | undefined> {
  const collection = ctx.engine.collection(namespace);
  if (!collection || !viewOf(collection.meta)) return undefined;
  return yield* aggregateCollection(ctx, namespace, toPipeline(query));
}

function toPipeline({ filter, sort, skip, limit, projection }: FindQuery): BsonDocument[] {
  const hasFields = (document: BsonDocument | undefined) => document && Object.keys(document).length > 0;
  return [
    { $match: filter },
    ...(sort && hasFields(sort) ? [{ $sort: sort }] : []),
    ...(skip ? [{ $skip: Long.fromNumber(skip) }] : []),
    ...(limit ? [{ $limit: Long.fromNumber(Math.abs(limit)) }] : []),
    ...(projection && hasFields(projection) ? [{ $project: projection }] : []),
  ];
}
