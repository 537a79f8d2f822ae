import { toSafeInteger } from '../bson/numbers.ts';
import { CommandError } from '../errors.ts';
import { aggregateCollection, aggregateDatabase, isWriting } from './aggregate-source.ts';
import { type Command, targetOf } from './command.ts';
import { aggregateFields, explainCommand } from './explain.ts';
import { firstBatch, nsOf, readBatchSize } from './find.ts';

export const aggregate: Command = {
  name: 'aggregate',
  fields: aggregateFields,
  isWrite: ({ args }) => isWriting(args.documents('pipeline') ?? []),
  *run(ctx) {
    const pipeline = ctx.args.documents('pipeline');
    if (!pipeline) {
      throw new CommandError(
        'MissingCommandField',
        "BSON field 'aggregate.pipeline' is missing but a required field",
      );
    }
    if (ctx.args.boolean('explain')) return yield* explainCommand(ctx, ctx.args, 'queryPlanner');
    const batchSize = readBatchSize(ctx.args);
    // Of effect only where the pipeline writes.
    ctx.args.boolean('bypassDocumentValidation');
    if (!ctx.args.has('cursor')) {
      throw new CommandError(
        'FailedToParse',
        "The 'cursor' option is required, except for aggregate with the explain argument",
      );
    }
    const isWhole = toSafeInteger(ctx.args.value('aggregate')) === 1;
    const namespace = isWhole ? { db: ctx.db, name: '$cmd.aggregate' } : targetOf(ctx);
    const source = isWhole
      ? yield* aggregateDatabase(ctx, namespace, pipeline)
      : yield* aggregateCollection(ctx, namespace, pipeline);
    return yield* firstBatch(ctx, { ns: nsOf(namespace), source, batchSize });
  },
};
