import { compileCollation } from '../bson/collation.ts';
import { deleteDocuments } from '../engine/write-documents.ts';
import type { DeleteStatement } from '../engine/select-targets.ts';
import { CommandError } from '../errors.ts';
import type { Arguments } from './arguments.ts';
import { type Command, targetOf } from './command.ts';
import { runStatements, statementsOf } from './statements.ts';

export const deleteFields = ['delete', 'deletes', 'ordered', 'let'];

export const remove: Command = {
  name: 'delete',
  fields: deleteFields,
  isWrite: true,
  *run(ctx) {
    const scope = { store: ctx.engine, namespace: targetOf(ctx), deadline: ctx.deadline };
    const variables = ctx.args.document('let');
    let n = 0;
    const writeErrors = yield* runStatements(statementsOf(ctx, 'deletes'), ctx, function* (args) {
      n += (yield* deleteDocuments(scope, { ...readStatement(args), let: variables })).count;
    });
    return { n, ...writeErrors, ok: 1 };
  },
};

export const deleteStatementFields = ['q', 'limit', 'hint', 'collation'];

function readStatement(args: Arguments): DeleteStatement {
  args.requireKnown(deleteStatementFields, { isStatement: true });
  const limit = args.integer('limit');
  if (limit !== 0 && limit !== 1) {
    throw new CommandError('FailedToParse', `The limit field in delete objects must be 0 or 1. Got ${limit}`);
  }
  return {
    filter: args.requireDocument('q'),
    isMulti: limit === 0,
    hint: args.value('hint'),
    collation: compileCollation(args.value('collation')),
  };
}
