import { compileCollation } from '../bson/collation.ts';
import type { BsonDocument } from '../bson/value.ts';
import { deleteDocuments, updateDocuments } from '../engine/write-documents.ts';
import type { WriteScope } from '../engine/select-targets.ts';
import { CommandError } from '../errors.ts';
import type { Steps } from '../pace/pace.ts';
import { compileFilter } from '../query/filter.ts';
import { compileProjection } from '../query/projection.ts';
import type { Arguments } from './arguments.ts';
import { type Command, targetOf } from './command.ts';
import { readUpdate } from './read-update.ts';
import type { Reply } from './reply.ts';

export const findAndModifyFields = [
  'findAndModify',
  'findandmodify',
  'query',
  'sort',
  'remove',
  'update',
  'new',
  'fields',
  'upsert',
  'bypassDocumentValidation',
  'collation',
  'arrayFilters',
  'hint',
  'let',
];

export const findAndModify: Command = {
  name: 'findAndModify',
  aliases: ['findandmodify'],
  fields: findAndModifyFields,
  isWrite: true,
  run(ctx) {
    const skipsValidation = ctx.args.boolean('bypassDocumentValidation');
    const scope = { store: ctx.engine, namespace: targetOf(ctx), deadline: ctx.deadline, skipsValidation };
    ctx.args.document('fields');
    return ctx.args.boolean('remove') ? removeOne(scope, ctx.args) : updateOne(scope, ctx.args);
  },
};

function selection(args: Arguments) {
  return {
    filter: args.document('query') ?? {},
    sort: args.document('sort'),
    hint: args.has('hint') ? args.value('hint') : undefined,
    collation: compileCollation(args.value('collation')),
    let: args.document('let'),
    isMulti: false,
  };
}

function* removeOne(scope: WriteScope, args: Arguments): Steps<Reply> {
  if (args.has('update'))
    throw new CommandError('FailedToParse', 'Cannot specify both an update and remove=true');
  if (args.has('arrayFilters'))
    throw new CommandError('FailedToParse', 'Cannot specify arrayFilters and remove=true');
  if (args.boolean('new')) {
    throw new CommandError(
      'FailedToParse',
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    );
  }
  if (args.boolean('upsert'))
    throw new CommandError('FailedToParse', 'Cannot specify both upsert=true and remove=true');
  const { count, before } = yield* deleteDocuments(scope, selection(args));
  return { lastErrorObject: { n: count }, value: project(args, before), ok: 1 };
}

function* updateOne(scope: WriteScope, args: Arguments): Steps<Reply> {
  if (!args.has('update')) {
    throw new CommandError('FailedToParse', 'Either an update or remove=true must be specified');
  }
  const { matched, upsertedId, before, after } = yield* updateDocuments(scope, {
    ...selection(args),
    update: readUpdate(args.value('update')),
    isUpsert: args.boolean('upsert'),
    arrayFilters: args.documents('arrayFilters'),
  });
  const isUpserted = upsertedId !== undefined;
  const lastErrorObject = {
    n: matched + (isUpserted ? 1 : 0),
    updatedExisting: matched > 0,
    ...(isUpserted && { upserted: upsertedId }),
  };
  return { lastErrorObject, value: project(args, args.boolean('new') ? after : before), ok: 1 };
}

function project(args: Arguments, document: BsonDocument | undefined): BsonDocument | null {
  if (!document) return null;
  const fields = args.document('fields');
  if (!fields || Object.keys(fields).length === 0) return document;
  const { filter, collation, let: variables } = selection(args);
  const options = { collation, let: variables };
  const isPositional = Object.keys(fields).some((path) => path.endsWith('.$'));
  const { arrayIndex } = isPositional ? compileFilter(filter, options).matchPosition(document) : {};
  return compileProjection(fields, options)(document, arrayIndex);
}
