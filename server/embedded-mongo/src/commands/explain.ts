import { compileCollation } from '../bson/collation.ts';
import type { BsonDocument } from '../bson/value.ts';
import type { FindQuery, FindSource } from '../engine/find-source.ts';
import { CommandError } from '../errors.ts';
import { viewOf } from '../storage/view.ts';
import { Arguments } from './arguments.ts';
import { type Command, type CommandContext, targetOf } from './command.ts';
import { nsOf, readFindQuery } from './find.ts';
import { serverVersion } from './hello.ts';
import { splitPipeline } from './pipeline-head.ts';
import type { Reply } from './reply.ts';

export const explain: Command = {
  name: 'explain',
  fields: ['explain', 'verbosity'],
  isWrite: false,
  run(ctx) {
    const body = ctx.args.requireDocument('explain');
    const args = new Arguments(Object.keys(body)[0] ?? '', body);
    return explainCommand(ctx, args, ctx.args.string('verbosity') ?? 'allPlansExecution');
  },
};

/** How the command's documents are found; of an aggregation, what its front leaves to the planner. */
export function explainCommand(ctx: CommandContext, args: Arguments, verbosity: string): Reply {
  const namespace = targetOf({ ...ctx, args });
  const query = explained(args);
  const collection = ctx.engine.collection(namespace);
  if (collection && viewOf(collection.meta)) {
    throw new CommandError(
      'CommandNotSupportedOnView',
      `${nsOf(namespace)} is a view; explain what it is on`,
    );
  }
  const source = collection && ctx.engine.find(collection, query, ctx.deadline);
  const winningPlan = source ? describePlan(source, query) : { stage: 'EOF' };
  return {
    explainVersion: '1',
    queryPlanner: { namespace: nsOf(namespace), parsedQuery: query.filter, winningPlan, rejectedPlans: [] },
    // queryPlanner asks for the plan without running it.
    ...(verbosity === 'queryPlanner' ? {} : { executionStats: executed(ctx, source) }),
    command: args.body,
    serverInfo: { version: serverVersion },
    ok: 1,
  };
}

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
  return { ...selection(args, ''), ...splitPipeline(args.documents('pipeline') ?? []).query };
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

function executed(ctx: CommandContext, source: FindSource | undefined): BsonDocument {
  const startedAt = performance.now();
  const batch = source?.next({ countMax: Number.POSITIVE_INFINITY, deadline: ctx.deadline });
  return {
    executionSuccess: true,
    nReturned: batch?.documents.length ?? 0,
    executionTimeMillis: Math.round(performance.now() - startedAt),
    totalKeysExamined: source && source.plan.stage !== 'COLLSCAN' ? source.counts.keysExamined : 0,
    totalDocsExamined: source?.counts.docsExamined ?? 0,
  };
}
