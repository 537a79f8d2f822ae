import { compileCollation } from '../bson/collation.ts';
import type { BsonDocument } from '../bson/value.ts';
import { updateDocuments } from '../engine/write-documents.ts';
import type { UpdateStatement } from '../engine/select-targets.ts';
import { CommandError } from '../errors.ts';
import type { Arguments } from './arguments.ts';
import { type Command, targetOf } from './command.ts';
import { readUpdate } from './read-update.ts';
import { runStatements, statementsOf } from './statements.ts';

export const updateStatementFields = [
  'q',
  'u',
  'c',
  'multi',
  'upsert',
  'arrayFilters',
  'hint',
  'collation',
  'sort',
];

export const updateFields = ['update', 'updates', 'ordered', 'bypassDocumentValidation', 'let'];

export const update: Command = {
  name: 'update',
  fields: updateFields,
  isWrite: true,
  *run(ctx) {
    const skipsValidation = ctx.args.boolean('bypassDocumentValidation');
    const scope = { store: ctx.engine, namespace: targetOf(ctx), deadline: ctx.deadline, skipsValidation };
    const variables = ctx.args.document('let');
    const upserted: BsonDocument[] = [];
    let [n, nModified] = [0, 0];
    const writeErrors = yield* runStatements(statementsOf(ctx, 'updates'), ctx, function* (args, index) {
      const statement = { ...readStatement(args), let: mergeLet(variables, args) };
      const result = yield* updateDocuments(scope, statement);
      n += result.matched;
      nModified += result.modified;
      if (result.upsertedId === undefined) return;
      n += 1;
      upserted.push({ index, _id: result.upsertedId });
    });
    return { n, nModified, ...(upserted.length > 0 && { upserted }), ...writeErrors, ok: 1 };
  },
};

function readStatement(args: Arguments): UpdateStatement {
  args.requireKnown(updateStatementFields, { isStatement: true });
  const isMulti = args.boolean('multi');
  const sort = args.document('sort');
  if (isMulti && sort) throw new CommandError('FailedToParse', 'Cannot specify sort with multi=true');
  return {
    filter: args.requireDocument('q'),
    update: readUpdate(args.value('u')),
    isMulti,
    isUpsert: args.boolean('upsert'),
    sort,
    hint: args.value('hint'),
    arrayFilters: args.documents('arrayFilters'),
    collation: compileCollation(args.value('collation')),
  };
}

/** A statement's own constants win over the command's. */
function mergeLet(variables: BsonDocument | undefined, args: Arguments): BsonDocument | undefined {
  const own = args.document('c');
  return own ? { ...variables, ...own } : variables;
}
