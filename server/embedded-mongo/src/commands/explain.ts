import { compileCollation } from '../bson/collation.ts';
import type { BsonDocument } from '../bson/value.ts';
import type { FindQuery, FindSource } from '../engine/find-source.ts';
import { CommandError } from '../errors.ts';
import { viewOf } from '../storage/view.ts';
import type { Steps } from '../pace/pace.ts';
import type { Walk } from '../plan/plan.ts';
import { countDocuments } from './aggregate-source.ts';
import { Arguments } from './arguments.ts';
import { type Command, type CommandContext, targetOf } from './command.ts';
import { countFields } from './count.ts';
import { deleteFields, deleteStatementFields } from './delete.ts';
import { distinctFields } from './distinct.ts';
import { findAndModifyFields } from './find-and-modify.ts';
import { findFields, nsOf, readFindQuery } from './find.ts';
import { serverVersion } from './hello.ts';
import { splitPipeline } from './pipeline-head.ts';
import type { Reply } from './reply.ts';
import { updateFields, updateStatementFields } from './update.ts';

const verbosities: ReadonlySet<string> = new Set(['queryPlanner', 'executionStats', 'allPlansExecution']);

export const aggregateFields = [
  'aggregate',
  'pipeline',
  'cursor',
  'explain',
  'allowDiskUse',
  'bypassDocumentValidation',
  'hint',
  'collation',
  'let',
];

export const explain: Command = {
  name: 'explain',
  fields: ['explain', 'verbosity'],
  isWrite: false,
  *run(ctx) {
    const body = ctx.args.requireDocument('explain');
    const args = new Arguments(Object.keys(body)[0] ?? '', body);
    const verbosity = ctx.args.string('verbosity') ?? 'allPlansExecution';
    if (!verbosities.has(verbosity)) {
      throw new CommandError('FailedToParse', `verbosity has to be one of ${[...verbosities].join(', ')}`);
    }
    return yield* explainCommand(ctx, args, verbosity);
  },
};

/** How the command's documents are found; of an aggregation, what its front leaves to the planner. */
export function* explainCommand(ctx: CommandContext, args: Arguments, verbosity: string): Steps<Reply> {
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
    ...(verbosity !== 'queryPlanner' && { executionStats: yield* executed(ctx, source, verbosity) }),
    command: args.body,
    serverInfo: { version: serverVersion },
    ok: 1,
  };
}

/** What the command would ask of the planner. A field that the command itself would not take is refused. */
function explained(args: Arguments): FindQuery {
  switch (args.name) {
    case 'find':
      return readFindQuery(args.requireKnown(findFields));
    case 'count':
      return {
        ...selection(args.requireKnown(countFields), 'query'),
        limit: Math.abs(args.integer('limit') ?? 0),
        skip: args.count('skip'),
      };
    case 'distinct':
      return selection(args.requireKnown(distinctFields), 'query');
    case 'findAndModify':
      return {
        ...selection(args.requireKnown(findAndModifyFields), 'query'),
        sort: args.document('sort'),
        limit: 1,
      };
    case 'update':
      return statement(args.requireKnown(updateFields), 'updates', updateStatementFields);
    case 'delete':
      return statement(args.requireKnown(deleteFields), 'deletes', deleteStatementFields);
    case 'aggregate':
      return pipelineHead(args.requireKnown(aggregateFields));
    default:
      throw new CommandError('CommandNotFound', `Explain failed due to unknown command: ${args.name}`);
  }
}

function selection(args: Arguments, field: string): FindQuery {
  return {
    filter: args.document(field) ?? {},
    hint: args.has('hint') ? args.value('hint') : undefined,
    collation: compileCollation(args.value('collation')),
    let: args.document('let'),
  };
}

function statement(args: Arguments, field: string, fields: readonly string[]): FindQuery {
  const [first] = args.documents(field) ?? [];
  if (!first) throw new CommandError('MissingCommandField', `BSON field '${field}' is missing`);
  const one = new Arguments(field, first).requireKnown(fields, { isStatement: true });
  return { ...selection(one, 'q'), sort: one.document('sort'), let: args.document('let') };
}

function pipelineHead(args: Arguments): FindQuery {
  return { ...selection(args, ''), ...splitPipeline(args.documents('pipeline') ?? []).query };
}

function describePlan({ plan, needsSort }: FindSource, query: FindQuery): BsonDocument {
  const walk: BsonDocument =
    plan.stage === 'OR' ? { stage: 'OR', inputStages: plan.walks.map(describeWalk) } : describeWalk(plan);
  const filtered = plan.isCovered ? {} : { filter: query.filter };
  const isFetching = plan.stage === 'IXSCAN' || plan.stage === 'OR';
  const fetched: BsonDocument = isFetching
    ? { stage: 'FETCH', ...filtered, inputStage: walk }
    : { ...walk, ...filtered };
  if (!needsSort) return fetched;
  return { stage: 'SORT', sortPattern: query.sort ?? {}, inputStage: fetched };
}

function describeWalk({ stage, indexName, isReverse, index }: Walk): BsonDocument {
  const direction = isReverse ? 'backward' : 'forward';
  if (stage === 'COLLSCAN') return { stage, direction };
  const keyPattern = index?.spec.key ?? { _id: 1 };
  return { stage, indexName, keyPattern, direction, isUnique: index?.spec.isUnique ?? true };
}

function* executed(
  ctx: CommandContext,
  source: FindSource | undefined,
  verbosity: string,
): Steps<BsonDocument> {
  const startedAt = performance.now();
  const nReturned = source ? yield* countDocuments(source, ctx) : 0;
  return {
    executionSuccess: true,
    nReturned,
    executionTimeMillis: Math.round(performance.now() - startedAt),
    totalKeysExamined: source && source.plan.stage !== 'COLLSCAN' ? source.counts.keysExamined : 0,
    totalDocsExamined: source?.counts.docsExamined ?? 0,
    // One plan is chosen without trying others.
    ...(verbosity === 'allPlansExecution' && { allPlansExecution: [] }),
  };
}
