import { bsonTypeOf } from '../bson/bson-type.ts';
import { isRegex } from '../bson/regex.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileExpression, type Evaluate } from '../expressions/expression.ts';
import { valueAlong } from '../expressions/node.ts';
import type { Steps } from '../pace/pace.ts';
import type { Namespace } from './pipeline-host.ts';
import { type CompilePipeline, forEach, gather, type PipelineContext, type Stage } from './stage.ts';
import { setAt } from './unwind.ts';

type Lookup = {
  readonly from: Namespace | undefined;
  readonly as: readonly string[];
  readonly join: { readonly local: readonly string[]; readonly foreign: string } | undefined;
  readonly pipeline: readonly BsonDocument[];
  readonly variables: readonly (readonly [name: string, evaluate: Evaluate])[];
};

/** `$lookup`: each document gets the foreign ones that match it, found through the foreign collection's indexes. */
export function compileLookup(spec: BsonValue, context: PipelineContext, compile: CompilePipeline): Stage {
  const lookup = parseLookup(spec, context);
  compile(lookup.pipeline, withVariables(context, lookup, {}));
  const findForeign = joinerOf(lookup, context, compile);
  return forEach(function* join(document) {
    yield setAt(document, lookup.as, yield* findForeign(document));
  });
}

function joinerOf(
  lookup: Lookup,
  context: PipelineContext,
  compile: CompilePipeline,
): (document: BsonDocument) => Steps<BsonDocument[]> {
  const { from, join, variables } = lookup;
  const { matches, rest } = from ? splitMatches(lookup.pipeline) : { matches: [], rest: lookup.pipeline };
  const find = (filters: readonly BsonDocument[], { collation, let: constants }: PipelineContext) =>
    from ? context.host.find(from, { filter: conjunction(filters), collation, let: constants }) : [];
  if (!join && variables.length === 0) {
    let found: BsonDocument[] | undefined;
    const run = compile(rest, context);
    return function* findOnce() {
      return (found ??= yield* gather(run(find(matches, context))));
    };
  }
  const runShared = variables.length === 0 ? compile(rest, context) : undefined;
  return function* findEach(document) {
    const inner = withVariables(context, lookup, document);
    const filters = join ? [joinFilter(document, join), ...matches] : matches;
    return yield* gather((runShared ?? compile(rest, inner))(find(filters, inner)));
  };
}

/** The `$match` stages a pipeline begins with, which the foreign collection's indexes may serve, and the others. */
function splitMatches(pipeline: readonly BsonDocument[]) {
  const end = pipeline.findIndex((stage) => !('$match' in stage));
  const front = end < 0 ? pipeline : pipeline.slice(0, end);
  return {
    matches: front.map(({ $match }) => $match).filter(isDocument),
    rest: pipeline.slice(front.length),
  };
}

function conjunction([first = {}, ...others]: readonly BsonDocument[]): BsonDocument {
  return others.length === 0 ? first : { $and: [first, ...others] };
}

/** The outer variables and the lookup's own, as constants of the foreign pipeline. */
function withVariables(context: PipelineContext, lookup: Lookup, document: BsonDocument): PipelineContext {
  if (lookup.variables.length === 0) return context;
  const own = lookup.variables.map(([name, evaluate]) => [name, { $literal: evaluate(document) }] as const);
  return { ...context, let: { ...context.let, ...Object.fromEntries(own) } };
}

/** A local array matches by each of its elements, a missing local field like null. */
function joinFilter(document: BsonDocument, { local, foreign }: NonNullable<Lookup['join']>): BsonDocument {
  const value = valueAlong(document, local);
  if (!Array.isArray(value)) return { [foreign]: { $eq: value ?? null } };
  if (!value.some(isRegex)) return { [foreign]: { $in: value } };
  return { $or: value.map((element) => ({ [foreign]: { $eq: element } })) };
}

function parseLookup(spec: BsonValue, context: PipelineContext): Lookup {
  const {
    from,
    as,
    localField,
    foreignField,
    pipeline,
    let: variables,
    ...unknown
  } = requireObject('$lookup', spec);
  refuseOthers('$lookup', unknown);
  if (from === undefined && pipeline === undefined) {
    throw new CommandError('FailedToParse', "must specify 'pipeline' when 'from' is empty");
  }
  if (
    (localField === undefined) !== (foreignField === undefined) ||
    (localField === undefined && pipeline === undefined)
  ) {
    throw new CommandError(
      'FailedToParse',
      "$lookup requires both or neither of 'localField' and 'foreignField' to be specified",
    );
  }
  if (variables !== undefined && pipeline === undefined) {
    throw new CommandError('FailedToParse', "$lookup with a 'let' argument must also specify 'pipeline'");
  }
  return {
    from: from === undefined ? undefined : parseNamespace('$lookup', from, context),
    as: requireText('as', as).split('.'),
    join:
      localField === undefined
        ? undefined
        : {
            local: requireText('localField', localField).split('.'),
            foreign: requireText('foreignField', foreignField),
          },
    pipeline: parsePipeline('$lookup', pipeline),
    variables: Object.entries(variables === undefined ? {} : requireObject('$lookup let', variables)).map(
      ([name, expression]) => [name, compileExpression(expression, context)] as const,
    ),
  };
}

export function parseNamespace(name: string, value: BsonValue, { host }: PipelineContext): Namespace {
  if (typeof value === 'string' && value !== '') return { db: host.namespace.db, name: value };
  const { db, coll, ...unknown } = isDocument(value) ? value : {};
  refuseOthers(name, unknown);
  if (typeof db === 'string' && typeof coll === 'string') return { db, name: coll };
  throw new CommandError(
    'FailedToParse',
    `${name} needs the name of a collection, found: ${bsonTypeOf(value)}`,
  );
}

function refuseOthers(name: string, unknown: BsonDocument): void {
  const [other] = Object.keys(unknown);
  if (other !== undefined) throw new CommandError('FailedToParse', `unknown argument to ${name}: ${other}`);
}

function parsePipeline(name: string, value: BsonValue): readonly BsonDocument[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every(isDocument)) return value;
  throw new CommandError('TypeMismatch', `the pipeline of ${name} must be an array of objects`);
}

function requireObject(name: string, value: BsonValue): BsonDocument {
  if (isDocument(value)) return value;
  throw new CommandError(
    'FailedToParse',
    `the ${name} specification must be an object, found: ${bsonTypeOf(value)}`,
  );
}

function requireText(name: string, value: BsonValue): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new CommandError(
    'FailedToParse',
    `$lookup argument '${name}' must be a string, found: ${bsonTypeOf(value)}`,
  );
}
