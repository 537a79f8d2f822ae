import { CommandError } from '../errors.ts';
import type { FindQuery, FindSource } from '../engine/find-source.ts';
import { compileCollation } from '../query/collation.ts';
import { type BsonDocument, isDocument } from '../query/value.ts';
import { Arguments } from './arguments.ts';
import { type Command, type CommandContext, targetOf } from './command.ts';
import { serverVersion } from './hello.ts';
import { nsOf, readFindQuery } from './find.ts';

export const explain: Command = {
  name: 'explain',
  fields: ['explain', 'verbosity'],
  isWrite: false,
  run(ctx) {
    const body = ctx.args.requireDocument('explain');
    const args = new Arguments(Object.keys(body)[0] ?? '', body);
    const inner = { ...ctx, args };
    const namespace = targetOf(inner);
    const query = explained(args);
    const collection = ctx.engine.collection(namespace);
    const head = { explainVersion: '1', command: body };
    const tail = { serverInfo: { version: serverVersion }, ok: 1 };
    if (!collection) {
      const queryPlanner = { namespace: nsOf(namespace), winningPlan: { stage: 'EOF' }, rejectedPlans: [] };
      return { ...head, queryPlanner, ...executed(ctx, undefined), ...tail };
    }
    const source = ctx.engine.find(collection, query, ctx.deadline);
    const winningPlan = describePlan(source, query);
    const queryPlanner = {
      namespace: nsOf(namespace),
      parsedQuery: query.filter,
      winningPlan,
      rejectedPlans: [],
    };
    return { ...head, queryPlanner, ...executed(ctx, source), ...tail };
  },
};

function explained(args: Arguments): FindQuery {
  switch (args.name) {
    case 'find':
      return readFindQuery(args);
    case 'count':
      return { ...selection(args, 'query'), limit: args.integer('limit'), skip: args.count('skip') };
    case 'distinct':
      return selection(args, 'query');
    case 'findAndModify':
      return { ...selection(args, 'query'), sort: args.document('sort'), limit: 1 };
    case 'update':
      return statement(args, 'updates');
    case 'delete':
      return statement(args, 'deletes');
    case 'aggregate':
      return pipelineHead(args);
    default:
      throw new CommandError('CommandNotFound', `Explain failed due to unknown command: ${args.name}`);
  }
}

function selection(args: Arguments, field: string): FindQuery {
  return {
    filter: args.document(field) ?? {},
    hint: args.has('hint') ? args.value('hint') : undefined,
    collation: compileCollation(args.value('collation')),
  };
}

function statement(args: Arguments, field: string): FindQuery {
  const [first] = args.documents(field) ?? [];
  if (!first) throw new CommandError('MissingCommandField', `BSON field '${field}' is missing`);
  return selection(new Arguments(field, first), 'q');
}

function pipelineHead(args: Arguments): FindQuery {
  const [first] = args.documents('pipeline') ?? [];
  const filter = first?.['$match'];
  return { ...selection(args, ''), filter: isDocument(filter) ? filter : {} };
}

function describePlan(source: FindSource, query: FindQuery): BsonDocument {
  const { stage, indexName, keyPattern, isReverse, isCovered, index } = source.plan;
  const direction = isReverse ? 'backward' : 'forward';
  const walk: BsonDocument =
    stage === 'COLLSCAN'
      ? { stage, direction }
      : { stage, indexName, keyPattern, direction, isUnique: index?.spec.isUnique ?? true };
  const filtered = isCovered ? {} : { filter: query.filter };
  const fetched: BsonDocument =
    stage === 'IXSCAN' ? { stage: 'FETCH', ...filtered, inputStage: walk } : { ...walk, ...filtered };
  if (!source.needsSort) return fetched;
  return { stage: 'SORT', sortPattern: query.sort ?? {}, inputStage: fetched };
}

/** Runs the query, unless only the plan was asked for. */
function executed(ctx: CommandContext, source: FindSource | undefined): BsonDocument {
  const verbosity = ctx.args.string('verbosity') ?? 'allPlansExecution';
  if (verbosity === 'queryPlanner') return {};
  const startedAt = performance.now();
  const batch = source?.next({ countMax: Number.POSITIVE_INFINITY, deadline: ctx.deadline });
  return {
    executionStats: {
      executionSuccess: true,
      nReturned: batch?.documents.length ?? 0,
      executionTimeMillis: Math.round(performance.now() - startedAt),
      totalKeysExamined: source && source.plan.stage !== 'COLLSCAN' ? source.counts.keysExamined : 0,
      totalDocsExamined: source?.counts.docsExamined ?? 0,
    },
  };
}
