import { runPipeline } from '../aggregate/run-pipeline.ts';
import { gather } from '../aggregate/stage.ts';
import { compileCollation } from '../bson/collation.ts';
import { type BsonDocument, decodeDocument, encodeDocument } from '../bson/value.ts';
import { type BatchSource, BufferedSource } from '../engine/cursors.ts';
import { PipelineStore } from '../engine/pipeline-store.ts';
import { CommandError } from '../errors.ts';
import { type Paced, type Pause, pause, type Steps } from '../pace/pace.ts';
import { sortBytesMax } from '../plan/top-sort.ts';
import type { Namespace } from '../storage/collection.ts';
import { viewOf } from '../storage/view.ts';
import type { CommandContext } from './command.ts';
import { collectionSource, databaseSource } from './diagnostic-sources.ts';
import { countField, splitPipeline } from './pipeline-head.ts';

/** Whether the pipeline ends in a stage that writes. */
export function isWriting(pipeline: readonly BsonDocument[]): boolean {
  return pipeline.some((stage) => '$out' in stage || '$merge' in stage);
}

/** What a pipeline makes of a collection or a view. Its front, as far as an index can serve it, goes to the planner. */
export function* aggregateCollection(
  ctx: CommandContext,
  namespace: Namespace,
  pipeline: readonly BsonDocument[],
): Steps<BatchSource> {
  const { engine, args, deadline } = ctx;
  const collection = engine.collection(namespace);
  const view = collection && viewOf(collection.meta);
  if (view) {
    const base = { db: namespace.db, name: view.viewOn };
    return yield* aggregateCollection(ctx, base, [...view.pipeline, ...pipeline]);
  }
  const diagnostic = collectionSource(collection, pipeline[0] ?? {});
  if (diagnostic)
    return yield* runRest(ctx, { namespace, pipeline: pipeline.slice(1), documents: diagnostic });
  const { query, rest } = splitPipeline(pipeline);
  const hint = args.has('hint') ? args.value('hint') : undefined;
  const collation = compileCollation(args.value('collation'));
  const source =
    collection && engine.find(collection, { ...query, hint, collation, let: args.document('let') }, deadline);
  if (rest.length === 0) return source ?? new BufferedSource([]);
  const counted = countField(rest);
  if (counted) {
    const n = source ? yield* source.count(deadline) : 0;
    const { field, id } = counted;
    const answer = encodeDocument({ ...(id !== undefined && { _id: id }), [field]: n });
    return new BufferedSource(n === 0 ? [] : [answer]);
  }
  return yield* runRest(ctx, {
    namespace,
    pipeline: rest,
    documents: source ? documentsOf(source, ctx) : [],
  });
}

/** What a pipeline makes that begins with no collection's documents. */
export function* aggregateDatabase(
  ctx: CommandContext,
  namespace: Namespace,
  pipeline: readonly BsonDocument[],
): Steps<BatchSource> {
  const [first = {}, ...rest] = pipeline;
  const documents = databaseSource(ctx, first);
  return yield* runRest(ctx, {
    namespace,
    pipeline: documents ? rest : pipeline,
    documents: documents ?? [],
  });
}

const readAtOnce = 1_000;

export function* documentsOf(
  source: BatchSource,
  { deadline }: CommandContext,
): Generator<BsonDocument | Pause> {
  for (let isDone = false; !isDone; ) {
    const batch = yield* source.next({ countMax: readAtOnce, deadline });
    for (const bytes of batch.documents) {
      yield decodeDocument(bytes);
      if (deadline.isPauseDue()) yield pause;
    }
    isDone = batch.isDone;
  }
}

export function* countDocuments(source: BatchSource, { deadline }: CommandContext): Steps<number> {
  for (let count = 0; ; ) {
    const { documents, isDone } = yield* source.next({ countMax: readAtOnce, deadline });
    count += documents.count;
    if (isDone) return count;
  }
}

type Rest = {
  readonly namespace: Namespace;
  readonly pipeline: readonly BsonDocument[];
  readonly documents: Paced<BsonDocument>;
};

/** Runs to the end at once: nothing of the store may stay open between two batches. */
function* runRest(ctx: CommandContext, { namespace, pipeline, documents }: Rest): Steps<BatchSource> {
  const { engine, args, deadline } = ctx;
  const skipsValidation = args.boolean('bypassDocumentValidation');
  const host = new PipelineStore({ store: engine, namespace, deadline, skipsValidation });
  const context = { host, let: args.document('let'), collation: compileCollation(args.value('collation')) };
  // What the pipeline writes must not come back to it as something to read.
  const source = isWriting(pipeline) ? yield* gather(documents) : documents;
  const results: Buffer[] = [];
  let bytes = 0;
  for (const document of runPipeline(pipeline, source, context)) {
    if (document === pause) {
      yield pause;
      continue;
    }
    deadline.tick();
    const encoded = encodeDocument(document);
    bytes += encoded.length;
    if (bytes > sortBytesMax) {
      throw new CommandError('ExceededMemoryLimit', `The pipeline's result exceeds ${sortBytesMax} bytes`);
    }
    results.push(encoded);
    if (deadline.isPauseDue()) yield pause;
  }
  return new BufferedSource(results);
}
