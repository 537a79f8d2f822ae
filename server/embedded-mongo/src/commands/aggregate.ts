import { runPipeline } from '../aggregate/run-pipeline.ts';
import { type BatchSource, BufferedSource } from '../engine/cursors.ts';
import { PipelineStore } from '../engine/pipeline-store.ts';
import { CommandError } from '../errors.ts';
import { sortBytesMax } from '../plan/top-sort.ts';
import { compileCollation } from '../query/collation.ts';
import { toSafeInteger } from '../query/numbers.ts';
import { type BsonDocument, decodeDocument, encodeDocument } from '../query/value.ts';
import type { Namespace } from '../storage/collection.ts';
import { Arguments } from './arguments.ts';
import { type Command, type CommandContext, targetOf } from './command.ts';
import { explainCommand } from './explain.ts';
import { firstBatch, nsOf } from './find.ts';
import { countField, splitPipeline } from './pipeline-head.ts';

export const aggregate: Command = {
  name: 'aggregate',
  fields: [
    'aggregate',
    'pipeline',
    'cursor',
    'explain',
    'allowDiskUse',
    'bypassDocumentValidation',
    'hint',
    'collation',
    'let',
  ],
  isWrite: ({ args }) => isWriting(args.documents('pipeline') ?? []),
  run(ctx) {
    const pipeline = ctx.args.documents('pipeline');
    if (!pipeline) {
      throw new CommandError(
        'MissingCommandField',
        "BSON field 'aggregate.pipeline' is missing but a required field",
      );
    }
    if (ctx.args.boolean('explain')) return explainCommand(ctx, ctx.args, 'queryPlanner');
    const cursor = ctx.args.document('cursor');
    if (!cursor) {
      throw new CommandError(
        'FailedToParse',
        "The 'cursor' option is required, except for aggregate with the explain argument",
      );
    }
    const batchSize = new Arguments('cursor', cursor).count('batchSize');
    const isWhole = toSafeInteger(ctx.args.value('aggregate')) === 1;
    const namespace = isWhole ? { db: ctx.db, name: '$cmd.aggregate' } : targetOf(ctx);
    const source = isWhole
      ? aggregateDatabase(ctx, namespace, pipeline)
      : aggregateCollection(ctx, namespace, pipeline);
    return firstBatch(ctx, { ns: nsOf(namespace), source, batchSize });
  },
};

function isWriting(pipeline: readonly BsonDocument[]): boolean {
  return pipeline.some((stage) => '$out' in stage || '$merge' in stage);
}

function aggregateCollection(
  ctx: CommandContext,
  namespace: Namespace,
  pipeline: readonly BsonDocument[],
): BatchSource {
  const { engine, args, deadline } = ctx;
  const collection = engine.collection(namespace);
  const { query, rest } = splitPipeline(pipeline);
  const hint = args.has('hint') ? args.value('hint') : undefined;
  const collation = compileCollation(args.value('collation'));
  const source =
    collection && engine.find(collection, { ...query, hint, collation, let: args.document('let') }, deadline);
  if (rest.length === 0) return source ?? new BufferedSource([]);
  const counted = countField(rest);
  if (counted) {
    const n = source?.count(deadline) ?? 0;
    const { field, id } = counted;
    const answer = encodeDocument({ ...(id !== undefined && { _id: id }), [field]: n });
    return new BufferedSource(n === 0 ? [] : [answer]);
  }
  return runRest(ctx, { namespace, pipeline: rest, documents: source ? documentsOf(source, ctx) : [] });
}

/** Stages that begin with no collection's documents. */
function aggregateDatabase(
  ctx: CommandContext,
  namespace: Namespace,
  pipeline: readonly BsonDocument[],
): BatchSource {
  const [first = {}, ...rest] = pipeline;
  if (!('$listLocalSessions' in first)) return runRest(ctx, { namespace, pipeline, documents: [] });
  const session = { _id: ctx.args.document('lsid') ?? {}, lastUse: new Date() };
  return runRest(ctx, { namespace, pipeline: rest, documents: [session] });
}

function* documentsOf(source: BatchSource, { deadline }: CommandContext): Generator<BsonDocument> {
  for (let isDone = false; !isDone; ) {
    const batch = source.next({ countMax: 1_000, deadline });
    for (const bytes of batch.documents) yield decodeDocument(bytes);
    isDone = batch.isDone;
  }
}

type Rest = {
  readonly namespace: Namespace;
  readonly pipeline: readonly BsonDocument[];
  readonly documents: Iterable<BsonDocument>;
};

/** Runs to the end at once: nothing of the store may stay open between two batches. */
function runRest(ctx: CommandContext, { namespace, pipeline, documents }: Rest): BatchSource {
  const { engine, args, deadline } = ctx;
  const host = new PipelineStore({ store: engine, namespace, deadline });
  const context = { host, let: args.document('let'), collation: compileCollation(args.value('collation')) };
  // What the pipeline writes must not come back to it as something to read.
  const source = isWriting(pipeline) ? [...documents] : documents;
  const results: Buffer[] = [];
  let bytes = 0;
  for (const document of runPipeline(pipeline, source, context)) {
    deadline.tick();
    const encoded = encodeDocument(document);
    bytes += encoded.length;
    if (bytes > sortBytesMax) {
      throw new CommandError('ExceededMemoryLimit', `The pipeline's result exceeds ${sortBytesMax} bytes`);
    }
    results.push(encoded);
  }
  return new BufferedSource(results);
}
