import fc from 'fast-check';
import { Binary, BSONRegExp, Code, Decimal128, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import { describe, expect, it } from 'vitest';
import type { PipelineHost } from '../src/aggregate/pipeline-host.ts';
import { runPipeline } from '../src/aggregate/run-pipeline.ts';
import { gather } from '../src/aggregate/stage.ts';
import { type BsonDocument, encodeDocument } from '../src/bson/value.ts';
import { CommandError } from '../src/errors.ts';
import { noDeadline } from '../src/pace/deadline.ts';
import { finish, ready } from '../src/pace/pace.ts';
import { compileFilter } from '../src/query/filter.ts';
import { compileProjection } from '../src/query/projection.ts';
import { compileSort } from '../src/query/sort.ts';
import { compileUpdate } from '../src/update/compile-update.ts';
import { typed } from './typed.ts';

const fields = ['a', 'b', 'a.b', 'a.0', '_id', 'a.$', 'a.$[]', '', '$x', '__proto__', 'a..b', 'constructor'];
const filterOperators =
  '$eq $ne $gt $lte $in $nin $and $or $nor $not $exists $type $mod $regex $options $all $elemMatch $size $bitsAllSet $expr';
const updateOperators =
  '$set $unset $inc $mul $min $rename $setOnInsert $currentDate $bit $push $each $sort $slice $addToSet $pull $pullAll $pop';
const stages =
  '$match $project $set $unset $group $sort $limit $skip $count $unwind $lookup $facet $bucket $redact $replaceWith $sample';
const expressions =
  '$add $divide $cond $switch $let $map $filter $reduce $in $slice $concat $mergeObjects $getField $convert $toDate $type';
const argumentsOf =
  'input in as cond vars branches case then default field from localField pipeline path groupBy boundaries';

const scalar = fc.constantFrom<unknown>(
  0,
  1,
  -1,
  2.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  'x',
  '$a',
  '$$ROOT',
  '$$x',
  null,
  true,
  new Date(Number.NaN),
  new ObjectId(),
  Long.MAX_VALUE,
  Decimal128.fromString('NaN'),
  Decimal128.fromString('9E6144'),
  new Binary(Buffer.from('a')),
  new BSONRegExp('a(', 'i'),
  new BSONRegExp('^x', 'x'),
  new MinKey(),
  new MaxKey(),
  new Timestamp({ t: 1, i: 1 }),
  new Code('x', { a: 1 }),
);

/** Documents of any shape whose keys are often, but not always, operators where operators belong. */
function documents(operators: string): fc.Arbitrary<Record<string, unknown>> {
  const key = fc.constantFrom(...operators.split(' '), ...fields);
  const { document } = fc.letrec<{ value: unknown; document: Record<string, unknown> }>((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, scalar, fc.array(tie('value'), { maxLength: 3 }), tie('document')),
    document: fc.dictionary(key, tie('value'), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
  }));
  return document;
}

const host: PipelineHost = {
  namespace: { db: 'd', name: 'c' },
  deadline: noDeadline,
  find: () => [typed({ _id: 1 })],
  replaceCollection: () => ready(undefined),
  insert: () => undefined,
  replace: () => undefined,
  hasUniqueIndex: () => true,
};

function runAtOnce(pipeline: BsonDocument[]): Buffer[] {
  return finish(gather(runPipeline(pipeline, [target], { host }))).map(encodeDocument);
}

/** Runs it; any failure has to be one that a client is told of. */
function expectNoAccident(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(CommandError);
  }
}

const target = typed({ _id: 1, a: [{ b: 1 }, 2, 'x'], b: { a: null } });
const untouched = encodeDocument(target);

describe('whatever a client sends', () => {
  it.each<[kind: string, operators: string, run: (sent: BsonDocument) => unknown]>([
    ['filter', filterOperators, (sent) => compileFilter(sent).matchPosition(target)],
    ['sort', filterOperators, (sent) => compileSort(sent)(target, target)],
    [
      'projection',
      `$slice $elemMatch ${expressions}`,
      (sent) => encodeDocument(compileProjection(sent)(target, 0)),
    ],
    [
      'update',
      updateOperators,
      (sent) => encodeDocument(compileUpdate(sent).apply(target, { arrayIndex: 0 }).document),
    ],
    ['pipeline', `${stages} ${expressions} ${argumentsOf}`, (sent) => runAtOnce([sent])],
    ['expression', `${expressions} ${argumentsOf}`, (sent) => runAtOnce([{ $set: { x: sent } }])],
  ])('a malformed %s fails with a MongoDB error or not at all', (_, operators, run) => {
    fc.assert(
      fc.property(documents(operators), (sent) => expectNoAccident(() => run(typed(sent)))),
      { numRuns: 500 },
    );
    expect(encodeDocument(target)).toEqual(untouched);
  });
});
