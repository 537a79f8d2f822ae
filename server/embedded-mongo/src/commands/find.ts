import { compileCollation } from '../bson/collation.ts';
import type { BsonDocument } from '../bson/value.ts';
import { type BatchSource, PackedDocuments } from '../engine/cursors.ts';
import type { FindQuery } from '../engine/find-source.ts';
import type { Steps } from '../pace/pace.ts';
import { compileFilter } from '../query/filter.ts';
import type { Namespace } from '../storage/collection.ts';
import type { Arguments } from './arguments.ts';
import { type Command, type CommandContext, targetOf } from './command.ts';
import { findInView } from './read-view.ts';
import { cursorReply, type EncodedReply } from './reply.ts';

export const findFields = [
  'find',
  'filter',
  'sort',
  'projection',
  'hint',
  'skip',
  'limit',
  'batchSize',
  'singleBatch',
  'let',
  'collation',
  'allowDiskUse',
  'noCursorTimeout',
  'allowPartialResults',
];

const firstBatchDefault = 101;

export const find: Command = {
  name: 'find',
  fields: findFields,
  isWrite: false,
  *run(ctx) {
    const namespace = targetOf(ctx);
    const query = readFindQuery(ctx.args);
    const collection = ctx.engine.collection(namespace);
    if (!collection) {
      compileFilter(query.filter, { collation: query.collation, let: query.let });
      return cursorReply({
        ns: nsOf(namespace),
        id: 0n,
        batchName: 'firstBatch',
        documents: new PackedDocuments(),
      });
    }
    const source =
      (yield* findInView(ctx, namespace, query)) ?? ctx.engine.find(collection, query, ctx.deadline);
    return yield* firstBatch(ctx, { ns: nsOf(namespace), source, batchSize: ctx.args.count('batchSize') });
  },
};

export function readFindQuery(args: Arguments): FindQuery {
  return {
    filter: args.document('filter') ?? {},
    sort: args.document('sort'),
    projection: args.document('projection'),
    skip: args.count('skip'),
    limit: args.count('limit'),
    hint: args.has('hint') ? args.value('hint') : undefined,
    collation: compileCollation(args.value('collation')),
    let: args.document('let'),
  };
}

type Opening = {
  readonly ns: string;
  readonly source: BatchSource;
  readonly batchSize: number | undefined;
  /** Further fields of the reply. */
  readonly extra?: BsonDocument;
};

/** Answers with the first batch, and with a cursor for the rest if there may be one. */
export function* firstBatch(
  ctx: CommandContext,
  { ns, source, batchSize = firstBatchDefault, extra }: Opening,
): Steps<EncodedReply> {
  const isSingle = ctx.args.boolean('singleBatch');
  const batch = yield* source.next({ countMax: batchSize, isOnly: isSingle, deadline: ctx.deadline });
  const isKept = ctx.args.boolean('noCursorTimeout');
  const id = batch.isDone || isSingle ? 0n : ctx.engine.cursors.add(ns, source, { isKept });
  return cursorReply({ ns, id, batchName: 'firstBatch', documents: batch.documents }, extra);
}

/** The batchSize of a command that has it in its `cursor`. */
export function readBatchSize(args: Arguments): number | undefined {
  return args.inner('cursor', ['batchSize']).count('batchSize');
}

export function nsOf({ db, name }: Namespace): string {
  return `${db}.${name}`;
}
