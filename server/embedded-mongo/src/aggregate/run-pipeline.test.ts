import { Decimal128, Long, ObjectId } from 'bson';
import { describe, expect, it } from 'vitest';
import { canonical, plain, typed } from '../../test/typed.ts';
import { compileCollation } from '../bson/collation.ts';
import type { BsonDocument } from '../bson/value.ts';
import { compileFilter } from '../query/filter.ts';
import type { HostQuery, Namespace, PipelineHost } from './pipeline-host.ts';
import { runPipeline } from './run-pipeline.ts';
import { noDeadline } from '../pace/deadline.ts';
import { finish, ready, type Steps } from '../pace/pace.ts';
import { gather, type PipelineContext } from './stage.ts';

type Fields = Record<string, unknown>;

/** A database of arrays. */
class ArrayHost implements PipelineHost {
  readonly namespace = { db: 'test', name: 'source' };
  readonly deadline = noDeadline;
  readonly collections = new Map<string, BsonDocument[]>();
  readonly asked: unknown[] = [];

  find({ name }: Namespace, { filter, ...options }: HostQuery): BsonDocument[] {
    this.asked.push(plain(filter));
    const { matches } = compileFilter(filter, options);
    return (this.collections.get(name) ?? []).filter(matches);
  }

  replaceCollection({ name }: Namespace, documents: readonly BsonDocument[]): Steps<void> {
    this.collections.set(name, [...documents]);
    return ready(undefined);
  }

  insert({ name }: Namespace, document: BsonDocument): void {
    this.collections.set(name, [...(this.collections.get(name) ?? []), document]);
  }

  replace({ name }: Namespace, document: BsonDocument): void {
    const documents = this.collections.get(name) ?? [];
    this.collections.set(
      name,
      documents.map((old) => (plain(old['_id']) === plain(document['_id']) ? document : old)),
    );
  }

  hasUniqueIndex(_: Namespace, fields: readonly string[]): boolean {
    return fields.join() === '_id';
  }
}

const source = [
  { _id: 1, kind: 'a', n: 1, tags: ['x', 'y'] },
  { _id: 2, kind: 'b', n: 2, tags: [] },
  { _id: 3, kind: 'a', n: 3 },
];

function runAtOnce(pipeline: Fields[], documents: Fields[]): BsonDocument[] {
  const context = { host: new ArrayHost() };
  return finish(gather(runPipeline(pipeline.map(typed), documents.map(typed), context)));
}

function run(pipeline: Fields[], options: Partial<PipelineContext> & { documents?: Fields[] } = {}): unknown {
  const { documents = source, ...context } = options;
  const results = runPipeline(pipeline.map(typed), documents.map(typed), {
    host: new ArrayHost(),
    ...context,
  });
  return plain([...results]);
}

describe('runPipeline', () => {
  it.each<[pipeline: Fields[], expected: Fields[]]>([
    [
      [{ $match: { kind: 'a' } }, { $project: { n: 1 } }],
      [
        { _id: 1, n: 1 },
        { _id: 3, n: 3 },
      ],
    ],
    [[{ $sort: { n: -1 } }, { $skip: 1 }, { $limit: 1 }, { $project: { n: 1 } }], [{ _id: 2, n: 2 }]],
    [[{ $match: { n: { $gt: 1 } } }, { $count: 'total' }], [{ total: 2 }]],
    [[{ $match: { n: 9 } }, { $count: 'total' }], []],
    [
      [{ $unwind: '$tags' }, { $project: { tags: 1 } }],
      [
        { _id: 1, tags: 'x' },
        { _id: 1, tags: 'y' },
      ],
    ],
    [
      [
        { $unwind: { path: '$tags', preserveNullAndEmptyArrays: true, includeArrayIndex: 'at' } },
        { $project: { tags: 1, at: 1 } },
      ],
      [
        { _id: 1, tags: 'x', at: 0 },
        { _id: 1, tags: 'y', at: 1 },
        { _id: 2, at: null },
        { _id: 3, at: null },
      ],
    ],
    [[{ $set: { in: [{ deep: [1] }] } }, { $unwind: '$in.deep' }], []],
    [
      [{ $group: { _id: '$kind', sum: { $sum: '$n' }, ids: { $push: '$_id' }, last: { $last: '$n' } } }],
      [
        { _id: 'a', sum: 4, ids: [1, 3], last: 3 },
        { _id: 'b', sum: 2, ids: [2], last: 2 },
      ],
    ],
    [
      [{ $group: { _id: null, mean: { $avg: '$n' }, most: { $max: '$n' }, count: { $count: {} } } }],
      [{ _id: null, mean: 2, most: 3, count: 3 }],
    ],
    [[{ $group: { _id: null, set: { $addToSet: '$kind' } } }], [{ _id: null, set: ['a', 'b'] }]],
    [[{ $limit: 1 }, { $replaceWith: { was: '$$ROOT.n' } }], [{ was: 1 }]],
    [
      [{ $limit: 1 }, { $set: { 'k.v': '$n', tags: '$$REMOVE' } }, { $unset: ['kind', 'n'] }],
      [{ _id: 1, k: { v: 1 } }],
    ],
  ])('%j', (pipeline, expected) => {
    expect(run(pipeline)).toEqual(expected);
  });

  it.each<[pipeline: Fields[], code: number]>([
    [[{ $foo: 1 }], 40324],
    [[{ $match: {}, $limit: 1 }], 40323],
    [[{}], 40323],
    [[{ $out: 'x' }, { $limit: 1 }], 40601],
    [[{ $match: 1 }], 15959],
    [[{ $sort: {} }], 15976],
    [[{ $limit: 0 }], 15958],
    [[{ $limit: 'x' }], 5107201],
    [[{ $skip: -1 }], 5107200],
    [[{ $count: '' }], 40157],
    [[{ $group: { n: { $sum: 1 } } }], 15955],
    [[{ $group: { _id: 1, n: 1 } }], 40234],
    [[{ $group: { _id: 1, n: { $foo: 1 } } }], 15952],
    [[{ $unwind: 'tags' }], 28818],
    [[{ $project: {} }], 51272],
    [[{ $project: { a: 1, b: 0 } }], 31254],
    [[{ $lookup: { from: 'x', as: 'y', localField: 'a' } }], 9],
    [[{ $match: { $where: '1' } }], 2],
    [[{ $set: { x: { $function: { body: '', args: [], lang: 'js' } } } }], 72],
    [[{ $bucketAuto: { groupBy: '$n', buckets: 2 } }], 115],
    [[{ $setWindowFields: { sortBy: { _id: 1 }, output: { rank: { $documentNumber: {} } } } }], 115],
    [[{ $fill: { output: { n: { value: 0 } } } }], 115],
    [[{ $redact: '$$KEEP' }], 115],
    [[{ $graphLookup: { from: 'x' } }], 115],
    [[{ $group: { _id: 1, n: { $stdDevPop: '$n' } } }], 115],
    [[{ $facet: { a: [] } }], 115],
    [[{ $unionWith: 'x' }], 115],
    [[{ $sample: { size: 1 } }], 115],
    [[{ $sortByCount: '$n' }], 115],
    [[{ $lookup: { from: 'x', as: 'y', pipeline: [{ $bucket: {} }] } }], 115],
    [[{ $merge: { into: 'x', on: 'n' } }], 51183],
    [[{ $merge: { into: { db: 'a', coll: 'x', frobnicate: 1 } } }], 9],
    [[{ $merge: { into: 'x', frobnicate: 1 } }], 40415],
    [[{ $out: { db: 'a', coll: 'x', frobnicate: 1 } }], 9],
    [[{ $lookup: { from: 'x', as: 'y', pipeline: [], frobnicate: 1 } }], 9],
    [[{ $unwind: { path: '$tags', frobnicate: 1 } }], 28811],
    [[{ $replaceRoot: { newRoot: {}, frobnicate: 1 } }], 40415],
    [[{ $group: { _id: 1, n: { $count: { frobnicate: 1 } } } }], 14],
    [[{ $changeStream: {} }], 40573],
  ])('refuses %j with %i', (pipeline, code) => {
    expect(() => run(pipeline)).toThrow(expect.objectContaining({ code }));
  });

  it('keeps the types of values that it does not calculate with', () => {
    const document = {
      _id: new ObjectId(),
      long: Long.fromString('9007199254740993'),
      decimal: Decimal128.fromString('1.10'),
      double: 5.5,
    };
    const pipeline = [
      { $set: { copy: '$long' } },
      {
        $group: {
          _id: '$_id',
          values: { $push: ['$copy', '$decimal', '$double'] },
          d: { $first: '$decimal' },
        },
      },
    ];
    const [result] = runAtOnce(pipeline, [document]);
    expect(canonical(result?.['values'])).toBe(
      canonical([[document.long, document.decimal, document.double]]),
    );
    expect(canonical(result?.['d'])).toBe(canonical(document.decimal));
  });

  it('adds ints to an int, beyond that to a long, and decimals exactly', () => {
    const documents = [
      { i: 2147483647, d: Decimal128.fromString('0.1') },
      { i: 1, d: Decimal128.fromString('0.2') },
    ];
    const pipeline = [{ $group: { _id: null, i: { $sum: '$i' }, d: { $sum: '$d' } } }];
    const [result] = runAtOnce(pipeline, documents);
    expect([canonical(result?.['i']), canonical(result?.['d'])]).toEqual([
      '{"$numberLong":"2147483648"}',
      '{"$numberDecimal":"0.3"}',
    ]);
  });

  it('groups and compares strings by the collation', () => {
    const collation = compileCollation(typed({ locale: 'en', strength: 2 }));
    const documents = [
      { _id: 1, k: 'A' },
      { _id: 2, k: 'a' },
      { _id: 3, k: 'b' },
    ];
    const pipeline = [{ $match: { $expr: { $ne: ['$k', 'B'] } } }, { $group: { _id: '$k', n: { $sum: 1 } } }];
    expect(run(pipeline, { documents, collation })).toEqual([{ _id: 'A', n: 2 }]);
  });
});

describe('runPipeline over other collections', () => {
  it('joins by an equality that the foreign index can serve', () => {
    const host = new ArrayHost();
    host.collections.set('kinds', [typed({ _id: 'a', name: 'first' })]);
    const pipeline = [
      { $lookup: { from: 'kinds', localField: 'kind', foreignField: '_id', as: 'found' } },
      { $limit: 2 },
      { $project: { found: 1 } },
    ];
    expect(run(pipeline, { host })).toEqual([
      { _id: 1, found: [{ _id: 'a', name: 'first' }] },
      { _id: 2, found: [] },
    ]);
    expect(host.asked).toEqual([{ _id: { $eq: 'a' } }, { _id: { $eq: 'b' } }]);
  });

  it('joins arrays by their elements and missing fields like null', () => {
    const host = new ArrayHost();
    host.collections.set('tags', [typed({ _id: 'x' }), typed({ _id: 'z', old: 'y' })]);
    const lookup = { $lookup: { from: 'tags', localField: 'tags', foreignField: 'old', as: 'found' } };
    const found = run([lookup, { $project: { _id: 0, found: '$found._id' } }], { host });
    expect(found).toEqual([{ found: ['z'] }, { found: [] }, { found: ['x'] }]);
  });

  it('joins by a pipeline that sees the variables of let', () => {
    const host = new ArrayHost();
    host.collections.set('limits', [typed({ _id: 1, max: 1 }), typed({ _id: 2, max: 5 })]);
    const inner = [{ $match: { $expr: { $gt: ['$max', '$$n'] } } }, { $set: { n: '$$n' } }];
    const pipeline = [
      { $limit: 1 },
      { $lookup: { from: 'limits', let: { n: '$n' }, pipeline: inner, as: 'over' } },
      { $project: { over: 1 } },
    ];
    expect(run(pipeline, { host })).toEqual([{ _id: 1, over: [{ _id: 2, max: 5, n: 1 }] }]);
    expect(host.asked).toEqual([{ $expr: { $gt: ['$max', '$$n'] } }]);
  });

  it('puts what it found in the place of a collection for $out', () => {
    const host = new ArrayHost();
    host.collections.set('copy', [typed({ _id: 7 })]);
    expect(run([{ $match: { n: 3 } }, { $project: { n: 1 } }, { $out: 'copy' }], { host })).toEqual([]);
    expect(plain(host.collections.get('copy'))).toEqual([{ _id: 3, n: 3 }]);
  });

  it.each<[whenMatched: unknown, expected: Fields]>([
    ['merge', { _id: 1, old: true, n: 1 }],
    ['replace', { _id: 1, n: 1 }],
    ['keepExisting', { _id: 1, old: true }],
    [[{ $set: { sum: { $add: ['$$new.n', 10] } } }], { _id: 1, old: true, sum: 11 }],
  ])('merges what is there already by %j', (whenMatched, expected) => {
    const host = new ArrayHost();
    host.collections.set('target', [typed({ _id: 1, old: true })]);
    run([{ $limit: 2 }, { $project: { n: 1 } }, { $merge: { into: 'target', whenMatched } }], { host });
    expect(plain(host.collections.get('target'))).toEqual([expected, { _id: 2, n: 2 }]);
  });
});
