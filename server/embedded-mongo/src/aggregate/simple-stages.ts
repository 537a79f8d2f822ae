import { Int32 } from 'bson';
import { bsonTypeOf } from '../bson/bson-type.ts';
import { isNumber, toSafeInteger } from '../bson/numbers.ts';
import { type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileExpression } from '../expressions/expression.ts';
import { compileFilter } from '../query/filter.ts';
import { compileSortKey } from '../query/sort.ts';
import { pause } from '../pace/pace.ts';
import { sortInSteps } from '../pace/sort-in-steps.ts';
import {
  type Documents,
  forEach,
  gather,
  type PipelineContext,
  type Stage,
  type StageTable,
} from './stage.ts';

export const simpleStages: StageTable = {
  $match: compileMatch,
  $sort: compileSortStage,
  $limit: compileLimit,
  $skip: compileSkip,
  $count: compileCount,
  $documents: compileDocuments,
};

function compileMatch(spec: BsonValue, { collation, let: variables }: PipelineContext): Stage {
  if (!isDocument(spec)) throw new CommandError(15959, 'the match filter must be an expression in an object');
  const { matches } = compileFilter(spec, { collation, let: variables });
  return forEach((document) => (matches(document) ? [document] : []));
}

function compileSortStage(spec: BsonValue, { host, collation }: PipelineContext): Stage {
  if (!isDocument(spec)) throw new CommandError(15973, 'the $sort key specification must be an object');
  if (Object.keys(spec).length === 0)
    throw new CommandError(15976, '$sort stage must have at least one sort key');
  const { keyOf, compareKeys } = compileSortKey(spec, { collation });
  return function* sort(documents) {
    const rows = yield* gather(documents, (document) => ({ key: keyOf(document), document }));
    const sorted = yield* sortInSteps(rows, (a, b) => compareKeys(a.key, b.key), host.deadline);
    for (const { document } of sorted) yield document;
  };
}

function compileLimit(spec: BsonValue): Stage {
  const limit = requireCount('$limit', spec, 5107201);
  if (limit === 0) throw new CommandError(15958, 'the limit must be positive');
  return (documents) => takeFirst(documents, limit);
}

function* takeFirst(documents: Documents, limit: number): Documents {
  let left = limit;
  for (const document of documents) {
    yield document;
    if (document !== pause) left -= 1;
    if (left === 0) return;
  }
}

function compileSkip(spec: BsonValue): Stage {
  const count = requireCount('$skip', spec, 5107200);
  return function* skip(documents) {
    let left = count;
    for (const document of documents) {
      if (left === 0 || document === pause) yield document;
      else left -= 1;
    }
  };
}

function requireCount(name: string, spec: BsonValue, code: number): number {
  const count = toSafeInteger(spec);
  if (count !== undefined && count >= 0) return count;
  if (count !== undefined && name === '$limit') throw new CommandError(15958, 'the limit must be positive');
  const expected = isNumber(spec) ? 'Expected a non-negative 64-bit integer' : 'Expected a number';
  throw new CommandError(code, `invalid argument to ${name} stage: ${expected}`);
}

function compileCount(spec: BsonValue): Stage {
  if (typeof spec !== 'string') throw new CommandError(40156, 'the count field must be a non-empty string');
  if (spec === '') throw new CommandError(40157, 'the count field must be a non-empty string');
  if (spec.startsWith('$')) throw new CommandError(40158, 'the count field cannot be a $-prefixed path');
  if (spec.includes('.')) throw new CommandError(40160, "the count field cannot contain '.'");
  return function* count(documents) {
    let total = 0;
    for (const document of documents) {
      if (document === pause) yield pause;
      else total += 1;
    }
    if (total > 0) yield { [spec]: new Int32(total) };
  };
}

function compileDocuments(spec: BsonValue, context: PipelineContext): Stage {
  const documents = compileExpression(spec, context)({});
  if (!Array.isArray(documents) || !documents.every(isDocument)) {
    throw new CommandError(5858203, `an array of documents is expected, found ${bsonTypeOf(documents)}`);
  }
  return () => documents;
}
