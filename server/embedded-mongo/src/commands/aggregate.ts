import { BufferedSource } from '../engine/cursors.ts';
import { CommandError } from '../errors.ts';
import { compileCollation } from '../query/collation.ts';
import { type BsonDocument, encodeDocument } from '../query/value.ts';
import type { Reply } from '../wire/reply.ts';
import { Arguments } from './arguments.ts';
import { type Command, type CommandContext, targetOf } from './command.ts';
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
  isWrite: ({ args }) =>
    args.documents('pipeline')?.some((stage) => '$out' in stage || '$merge' in stage) ?? false,
  run(ctx) {
    const pipeline = ctx.args.documents('pipeline');
    if (!pipeline)
      throw new CommandError('MissingCommandField', "BSON field 'aggregate.pipeline' is missing");
    if (!ctx.args.has('cursor')) {
      throw new CommandError(
        'FailedToParse',
        "The 'cursor' option is required, except for aggregate with the explain argument",
      );
    }
    return aggregateCollection(ctx, pipeline);
  },
};

function aggregateCollection(ctx: CommandContext, pipeline: readonly BsonDocument[]): Reply {
  const { engine, args, deadline } = ctx;
  const namespace = targetOf(ctx);
  const collection = engine.collection(namespace);
  const { query, rest } = splitPipeline(pipeline);
  const hint = args.has('hint') ? args.value('hint') : undefined;
  const options = { hint, collation: compileCollation(args.value('collation')), let: args.document('let') };
  const source = collection && engine.find(collection, { ...query, ...options }, deadline);
  const batchSize = new Arguments('cursor', args.document('cursor') ?? {}).count('batchSize');
  const ns = nsOf(namespace);
  if (rest.length === 0) {
    return firstBatch(ctx, { ns, source: source ?? new BufferedSource([]), batchSize });
  }
  const counted = countField(rest);
  if (counted) {
    const n = source?.count(deadline) ?? 0;
    const { field, id } = counted;
    const documents = n === 0 ? [] : [encodeDocument({ ...(id !== undefined && { _id: id }), [field]: n })];
    return firstBatch(ctx, { ns, source: new BufferedSource(documents), batchSize });
  }
  throw new CommandError('CommandNotSupported', 'This pipeline is not supported by this server');
}
