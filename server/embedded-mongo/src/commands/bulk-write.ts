import { compileCollation } from '../bson/collation.ts';
import { type BsonDocument, encodeDocument } from '../bson/value.ts';
import { BufferedSource } from '../engine/cursors.ts';
import {
  deleteDocuments,
  insertDocument,
  updateDocuments,
  type UpdateResult,
} from '../engine/write-documents.ts';
import type { WriteScope } from '../engine/select-targets.ts';
import { CommandError } from '../errors.ts';
import type { Steps } from '../pace/pace.ts';
import type { Namespace } from '../storage/collection.ts';
import { Arguments } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { firstBatch, readBatchSize } from './find.ts';
import { readUpdate } from './read-update.ts';
import { documentsOf, runStatements, toWriteError } from './statements.ts';

type Totals = Record<'nInserted' | 'nUpserted' | 'nMatched' | 'nModified' | 'nDeleted', number>;
type Bulk = {
  readonly ctx: CommandContext;
  readonly namespaces: readonly Namespace[];
  readonly variables: BsonDocument | undefined;
  readonly totals: Totals;
};

/** Writes of several kinds to several collections in one command, as drivers send them for client.bulkWrite. */
export const bulkWrite: Command = {
  name: 'bulkWrite',
  fields: [
    'bulkWrite',
    'ops',
    'nsInfo',
    'ordered',
    'errorsOnly',
    'cursor',
    'let',
    'bypassDocumentValidation',
  ],
  isWrite: true,
  isAdminOnly: true,
  *run(ctx) {
    const totals = { nInserted: 0, nUpserted: 0, nMatched: 0, nModified: 0, nDeleted: 0 };
    const bulk: Bulk = { ctx, namespaces: readNamespaces(ctx), variables: ctx.args.document('let'), totals };
    const showsAll = !ctx.args.boolean('errorsOnly');
    const results: Buffer[] = [];
    const { writeErrors = [] } = yield* runStatements(
      documentsOf(ctx, 'ops'),
      ctx,
      function* (operation, idx) {
        try {
          const result = yield* runOperation(bulk, operation);
          if (showsAll) results.push(encodeDocument({ ok: 1, idx, ...result }));
        } catch (error) {
          const { index: _, ...details } = toWriteError(error, idx);
          results.push(encodeDocument({ ok: 0, idx, n: 0, ...details }));
          throw error;
        }
      },
    );
    return yield* firstBatch(ctx, {
      ns: 'admin.$cmd.bulkWrite',
      source: new BufferedSource(results),
      batchSize: readBatchSize(ctx.args) ?? Number.POSITIVE_INFINITY,
      extra: { nErrors: writeErrors.length, ...totals },
    });
  },
};

function* runOperation(bulk: Bulk, operation: BsonDocument): Steps<BsonDocument> {
  const kind = Object.keys(operation)[0] ?? '';
  const args = new Arguments(`bulkWrite.${kind}`, operation);
  const namespace = bulk.namespaces[args.integer(kind) ?? -1];
  if (!namespace)
    throw new CommandError('BadValue', `BulkWrite ops entry '${kind}' has an invalid nsInfo index.`);
  const { engine: store, deadline, args: bulkArgs } = bulk.ctx;
  const skipsValidation = bulkArgs.boolean('bypassDocumentValidation');
  const scope: WriteScope = { store, namespace, deadline, skipsValidation };
  switch (kind) {
    case 'insert':
      return runInsert(bulk, scope, args);
    case 'update':
      return yield* runUpdate(bulk, scope, args);
    case 'delete':
      return yield* runDelete(bulk, scope, args);
    default:
      throw new CommandError('BadValue', `Unrecognized bulkWrite operation '${kind}'`);
  }
}

function runInsert({ totals }: Bulk, scope: WriteScope, args: Arguments): BsonDocument {
  args.requireKnown(['insert', 'document'], { isStatement: true });
  insertDocument(scope, encodeDocument(args.requireDocument('document')));
  totals.nInserted += 1;
  return { n: 1 };
}

const updateFields = [
  'update',
  'filter',
  'updateMods',
  'multi',
  'upsert',
  'arrayFilters',
  'hint',
  'collation',
  'constants',
  'sort',
];

function* runUpdate({ totals, variables }: Bulk, scope: WriteScope, args: Arguments): Steps<BsonDocument> {
  args.requireKnown(updateFields, { isStatement: true });
  const constants = args.document('constants');
  const result = yield* updateDocuments(scope, {
    ...selection(args),
    update: readUpdate(args.value('updateMods')),
    isUpsert: args.boolean('upsert'),
    sort: args.document('sort'),
    arrayFilters: args.documents('arrayFilters'),
    let: constants ? { ...variables, ...constants } : variables,
  });
  return countUpdate(totals, result);
}

function countUpdate(totals: Totals, { matched, modified, upsertedId }: UpdateResult): BsonDocument {
  if (upsertedId !== undefined) {
    totals.nUpserted += 1;
    return { n: 1, nModified: 0, upserted: { _id: upsertedId } };
  }
  totals.nMatched += matched;
  totals.nModified += modified;
  return { n: matched, nModified: modified };
}

function* runDelete({ totals, variables }: Bulk, scope: WriteScope, args: Arguments): Steps<BsonDocument> {
  args.requireKnown(['delete', 'filter', 'multi', 'hint', 'collation'], { isStatement: true });
  const { count } = yield* deleteDocuments(scope, { ...selection(args), let: variables });
  totals.nDeleted += count;
  return { n: count };
}

function selection(args: Arguments) {
  return {
    filter: args.requireDocument('filter'),
    isMulti: args.boolean('multi'),
    hint: args.has('hint') ? args.value('hint') : undefined,
    collation: compileCollation(args.value('collation')),
  };
}

function readNamespaces(ctx: CommandContext): Namespace[] {
  return Array.from(documentsOf(ctx, 'nsInfo'), (info) => {
    const args = new Arguments('bulkWrite.nsInfo', info);
    const ns = args.requireKnown(['ns'], { isStatement: true }).requireString('ns');
    const dot = ns.indexOf('.');
    if (dot < 1) throw new CommandError('InvalidNamespace', `Invalid namespace specified '${ns}'`);
    return { db: ns.slice(0, dot), name: ns.slice(dot + 1) };
  });
}
