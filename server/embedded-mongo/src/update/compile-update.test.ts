import { Decimal128, Double, Int32, Long, Timestamp } from 'bson';
import { describe, expect, it } from 'vitest';
import { canonical, plain, typed } from '../../test/typed.ts';
import type { BsonDocument } from '../bson/value.ts';
import { compileUpdate } from './compile-update.ts';
import type { ApplyOptions, UpdateOptions } from './transform.ts';

type Fields = Record<string, unknown>;

function apply(
  document: Fields,
  update: Fields | Fields[],
  options: UpdateOptions & ApplyOptions = {},
): BsonDocument {
  const compiled = compileUpdate(Array.isArray(update) ? update.map(typed) : typed(update), options);
  return compiled.apply(typed(document), options).document;
}

describe('compileUpdate, what an update makes of a document', () => {
  it.each<[document: Fields, update: Fields, expected: Fields]>([
    [{ a: 1 }, { $set: { a: 2 } }, { a: 2 }],
    [{ a: 1 }, { $set: { 'b.c': 2 } }, { a: 1, b: { c: 2 } }],
    [{ a: [1] }, { $set: { 'a.3': 4 } }, { a: [1, null, null, 4] }],
    [{ a: [{ b: 1 }] }, { $set: { 'a.0.b': 2 } }, { a: [{ b: 2 }] }],
    [{}, { $set: { 'a.0': 1 } }, { a: { 0: 1 } }],
    [{ a: 1 }, { $set: {} }, { a: 1 }],
    [{ a: 1, b: 2 }, { $unset: { a: '', c: '' } }, { b: 2 }],
    [{ a: [1, 2] }, { $unset: { 'a.0': '' } }, { a: [null, 2] }],
    [{ a: 5 }, { $unset: { 'a.b.c': '' } }, { a: 5 }],
    [{ a: 1 }, { $inc: { a: 2, 'b.c': 3 } }, { a: 3, b: { c: 3 } }],
    [{ a: 2 }, { $mul: { a: 3, b: 3 } }, { a: 6, b: 0 }],
    [{ a: 5 }, { $min: { a: 3, b: 1 } }, { a: 3, b: 1 }],
    [{ a: 5 }, { $min: { a: 'x' } }, { a: 5 }],
    [{ a: 5 }, { $max: { a: 'x' } }, { a: 'x' }],
    [{ a: 1, b: 2 }, { $rename: { a: 'c', b: 'd.e', x: 'y' } }, { c: 1, d: { e: 2 } }],
    [{ a: 1, b: 2 }, { $rename: { a: 'b' } }, { b: 1 }],
    [{ a: 0b1100 }, { $bit: { a: { and: 0b1010 } } }, { a: 0b1000 }],
    [{ a: 1 }, { $bit: { a: { or: 6, xor: 1 }, b: { xor: 3 } } }, { a: 6, b: 3 }],
    [{ a: 1 }, { $setOnInsert: { b: 2 } }, { a: 1 }],
    [{ a: [1] }, { $push: { a: 2, b: 3 } }, { a: [1, 2], b: [3] }],
    [{ a: [1] }, { $push: { a: [2, 3] } }, { a: [1, [2, 3]] }],
    [{ a: [1, 4] }, { $push: { a: { $each: [2, 3], $position: 1 } } }, { a: [1, 2, 3, 4] }],
    [{ a: [1, 4] }, { $push: { a: { $each: [2], $position: -1 } } }, { a: [1, 2, 4] }],
    [{ a: [1, 2] }, { $push: { a: { $each: [3, 4], $slice: -3 } } }, { a: [2, 3, 4] }],
    [{ a: [3, 1] }, { $push: { a: { $each: [2], $sort: -1, $slice: 2 } } }, { a: [3, 2] }],
    [
      { a: [{ s: 2 }] },
      { $push: { a: { $each: [{ s: 1 }], $sort: { s: 1 } } } },
      { a: [{ s: 1 }, { s: 2 }] },
    ],
    [{ a: [1] }, { $push: { a: { $each: [], $slice: 0 } } }, { a: [] }],
    [{ a: [1] }, { $addToSet: { a: 1.0, b: 2 } }, { a: [1], b: [2] }],
    [{ a: [1] }, { $addToSet: { a: { $each: [2, 2, 1, 3] } } }, { a: [1, 2, 3] }],
    [
      { a: [{ x: 1, y: 2 }] },
      { $addToSet: { a: { y: 2, x: 1 } } },
      {
        a: [
          { x: 1, y: 2 },
          { y: 2, x: 1 },
        ],
      },
    ],
    [{ a: [1, 2, 3] }, { $pop: { a: 1, b: 1 } }, { a: [1, 2] }],
    [{ a: [1, 2, 3] }, { $pop: { a: -1 } }, { a: [2, 3] }],
    [{ a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
    [{ a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
    [{ a: ['ab', 'b'] }, { $pull: { a: /^a/ } }, { a: ['b'] }],
    [{ a: [{ b: 1, c: 1 }, { b: 2 }] }, { $pull: { a: { b: 1 } } }, { a: [{ b: 2 }] }],
    [{ a: [{ b: [1, 2] }] }, { $pull: { 'a.0.b': { $in: [2] } } }, { a: [{ b: [1] }] }],
    [{ a: [1, 2, 3] }, { $pullAll: { a: [1, 3] } }, { a: [2] }],
    [
      { a: [{ b: 1 }, { b: 2 }, { c: 3 }, 4] },
      { $pull: { a: { $or: [{ b: 1 }, { c: { $gt: 2 } }] } } },
      { a: [{ b: 2 }, 4] },
    ],
    [
      {
        a: [
          { b: 1, c: 1 },
          { b: 1, c: 2 },
        ],
      },
      { $pull: { a: { $and: [{ b: 1 }, { c: { $ne: 1 } }] } } },
      { a: [{ b: 1, c: 1 }] },
    ],
    [{ a: [{ b: 1 }, { b: 2 }, 1] }, { $pull: { a: { $nor: [{ b: 1 }] } } }, { a: [{ b: 1 }, 1] }],
    [
      {
        a: [
          { $ref: 'x', $id: 1 },
          { $ref: 'x', $id: 2 },
        ],
      },
      { $pull: { a: { $id: 1 } } },
      { a: [{ $ref: 'x', $id: 2 }] },
    ],
    [{ a: { $b: 1 } }, { $set: { 'a.$b': 2, 'a.$c.d': 3 } }, { a: { $b: 2, $c: { d: 3 } } }],
    [{ a: { $b: 1 } }, { $unset: { 'a.$b': '' }, $inc: { 'a.$n': 1 } }, { a: { $n: 1 } }],
    [{ a: 1, b: 1 }, { c: 3 }, { c: 3 }],
  ])('%j with %j', (document, update, expected) => {
    expect(plain(apply({ _id: 1, ...document }, update))).toEqual(plain({ _id: 1, ...expected }));
  });
});

describe('compileUpdate, what is refused', () => {
  it.each<[document: Fields, update: Fields, code: number]>([
    [{ a: 'x' }, { $inc: { a: 1 } }, 14],
    [{ a: null }, { $inc: { a: 1 } }, 14],
    [{ a: new Timestamp({ t: 1, i: 1 }) }, { $inc: { a: 1 } }, 14],
    [{ a: 1 }, { $inc: { a: 'x' } }, 14],
    [{ a: Long.MAX_VALUE }, { $inc: { a: 1 } }, 2],
    [{ a: 1.5 }, { $bit: { a: { or: 1 } } }, 2],
    [{}, { $bit: { a: { or: 1.5 } } }, 2],
    [{}, { $bit: { a: { nand: 1 } } }, 2],
    [{ a: 1 }, { $push: { a: 1 } }, 2],
    [{ a: [] }, { $push: { a: { $each: 1 } } }, 2],
    [{ a: [] }, { $push: { a: { $each: [], $foo: 1 } } }, 2],
    [{ a: 1 }, { $addToSet: { a: 1 } }, 2],
    [{ a: [] }, { $addToSet: { a: { $each: 1 } } }, 14],
    [{ a: 1 }, { $pop: { a: 1 } }, 14],
    [{ a: [] }, { $pop: { a: 2 } }, 9],
    [{ a: 1 }, { $pull: { a: 1 } }, 2],
    [{ a: [] }, { $pullAll: { a: 1 } }, 2],
    [{ a: 1 }, { $pull: { 'a.b': 1 } }, 28],
    [{ a: 1 }, { $set: { 'a.b': 1 } }, 28],
    [{ a: null }, { $set: { 'a.b': 1 } }, 28],
    [{ a: [1] }, { $set: { 'a.b': 1 } }, 28],
    [{ a: [] }, { $set: { 'a.1500002': 1 } }, 2],
    [{}, { $set: { _id: 2 } }, 66],
    [{}, { $unset: { '_id.a': 1 }, $set: { _id: { a: 1 } } }, 40],
    [{}, { _id: 2, a: 1 }, 66],
    [{}, { $set: { a: 1 }, $inc: { a: 1 } }, 40],
    [{}, { $set: { a: 1, 'a.b': 1 } }, 40],
    [{}, { $set: { '': 1 } }, 56],
    [{}, { $set: { 'a..b': 1 } }, 56],
    [{}, { $set: { $a: 1 } }, 52],
    [{}, { $set: { '$a.b': 1 } }, 52],
    [{}, { $set: { $id: 1 } }, 52],
    [{ a: [] }, { $pull: { a: { $or: [] } } }, 2],
    [{ a: [] }, { $pull: { a: { $or: [{ $gt: 1 }] } } }, 2],
    [{}, { a: 1, $b: 1 }, 52],
    [{}, { $set: 1 }, 9],
    [{}, { $foo: { a: 1 } }, 9],
    [{}, { $set: { a: 1 }, b: 1 }, 9],
    [{}, { $rename: { a: 1 } }, 2],
    [{ a: 1 }, { $rename: { a: 'a.b' } }, 2],
    [{ a: [{ b: 1 }] }, { $rename: { 'a.0.b': 'c' } }, 2],
    [{}, { $currentDate: { a: 'now' } }, 2],
    [{ a: [1] }, { $set: { 'a.$': 1 } }, 2],
    [{ a: 1 }, { $set: { 'a.$[]': 1 } }, 2],
    [{}, { $set: { 'a.$[]': 1 } }, 2],
    [{ a: [1] }, { $set: { 'a.$[x]': 1 } }, 2],
    [{}, { $set: { '$.a': 1 } }, 2],
    [{ a: [[1]] }, { $set: { 'a.$.$': 1 } }, 2],
    [{ a: [1] }, { $set: { 'a.$[]': 1, 'a.0': 2 } }, 40],
  ])('%j with %j is refused with %3$i', (document, update, code) => {
    expect(() => apply({ _id: 1, ...document }, update)).toThrow(expect.objectContaining({ code }));
  });
});

describe('compileUpdate, numbers', () => {
  it.each<[value: unknown, increment: unknown, sum: unknown]>([
    [new Int32(1), new Int32(2), new Int32(3)],
    [new Int32(2147483647), new Int32(1), Long.fromNumber(2147483648)],
    [new Int32(1), Long.fromNumber(2), Long.fromNumber(3)],
    [new Int32(1), new Double(2), new Double(3)],
    [Long.fromString('9007199254740993'), new Int32(1), Long.fromString('9007199254740994')],
    [new Double(0.1), new Double(0.2), new Double(0.1 + 0.2)],
    [Decimal128.fromString('0.1'), Decimal128.fromString('0.2'), Decimal128.fromString('0.3')],
    [new Double(0.1), Decimal128.fromString('0.2'), Decimal128.fromString('0.300000000000000')],
    [Long.MAX_VALUE, Decimal128.fromString('1'), Decimal128.fromString('9223372036854775808')],
  ])('keeps the wider type of %s and %s', (value, increment, sum) => {
    expect(canonical(apply({ _id: 1, a: value }, { $inc: { a: increment } })['a'])).toBe(canonical(sum));
  });

  it('multiplies a missing field to a zero of the operand’s type', () => {
    const { i, l, d } = apply(
      { _id: 1 },
      { $mul: { i: new Int32(2), l: Long.fromNumber(2), d: new Double(2) } },
    );
    expect([i, l, d].map(canonical)).toEqual(
      [new Int32(0), Long.fromNumber(0), new Double(0)].map(canonical),
    );
  });

  it('takes a set of 1.0 over 1 for a change, and of 1 over 1 for none', () => {
    const document = typed({ _id: 1, a: new Int32(1) });
    const changes = (value: unknown) => compileUpdate(typed({ $set: { a: value } })).apply(document).changed;
    expect([changes(new Double(1)), changes(new Int32(1))]).toEqual([true, false]);
  });
});

describe('compileUpdate, arrays by position', () => {
  it('changes the element the filter matched for $', () => {
    const document = { _id: 1, a: [{ b: 1 }, { b: 2 }] };
    expect(plain(apply(document, { $inc: { 'a.$.b': 10 } }, { arrayIndex: 1 }))).toEqual({
      _id: 1,
      a: [{ b: 1 }, { b: 12 }],
    });
  });

  it('changes all elements for $[]', () => {
    expect(plain(apply({ _id: 1, a: [[1], [2]] }, { $push: { 'a.$[]': 0 } }))).toEqual({
      _id: 1,
      a: [
        [1, 0],
        [2, 0],
      ],
    });
  });

  it('changes the elements that an array filter matches, at any depth', () => {
    const arrayFilters = [typed({ 'x.on': true }), typed({ y: { $gte: 2 } })];
    const document = {
      _id: 1,
      a: [
        { on: true, n: [1, 2, 3] },
        { on: false, n: [2] },
      ],
    };
    expect(plain(apply(document, { $set: { 'a.$[x].n.$[y]': 9 } }, { arrayFilters }))).toEqual({
      _id: 1,
      a: [
        { on: true, n: [1, 9, 9] },
        { on: false, n: [2] },
      ],
    });
  });

  it.each<[filters: Fields[], code: number]>([
    [[{ x: 1 }, { y: 1 }], 9],
    [[{ x: 1 }, { x: 2 }], 9],
    [[{ x: 1, y: 1 }], 9],
    [[{}], 9],
    [[{ X: 1 }], 2],
  ])('refuses the array filters %j', (filters, code) => {
    const update = () =>
      apply({ _id: 1, a: [1] }, { $set: { 'a.$[x]': 2 } }, { arrayFilters: filters.map(typed) });
    expect(update).toThrow(expect.objectContaining({ code }));
  });
});

describe('compileUpdate, upserts', () => {
  it.each<[filter: Fields, update: Fields, expected: Fields]>([
    [{ a: 1 }, { $set: { b: 2 } }, { a: 1, b: 2 }],
    [{ 'a.b': 1, c: { $eq: 2 } }, { $setOnInsert: { d: 3 } }, { a: { b: 1 }, c: 2, d: 3 }],
    [{ a: { $gt: 1 }, b: /x/, c: { $in: [3] } }, { $set: { d: 4 } }, { c: 3, d: 4 }],
    [{ $and: [{ a: 1 }, { b: 2 }], $or: [{ c: 3 }] }, { $set: { d: 4 } }, { a: 1, b: 2, c: 3, d: 4 }],
    [{ $or: [{ a: 1 }, { b: 2 }] }, { $set: { c: 3 } }, { c: 3 }],
    [{ _id: 7, a: 1 }, { b: 2 }, { _id: 7, b: 2 }],
    [{ a: [1] }, { $push: { a: 2 } }, { a: [1, 2] }],
  ])('the filter %j with %j', (filter, update, expected) => {
    const compiled = compileUpdate(typed(update));
    const { document } = compiled.apply(compiled.seed(typed(filter)), { isInsert: true });
    expect(plain(document)).toEqual(expected);
  });

  it('refuses a filter that gives one field two values', () => {
    expect(() =>
      compileUpdate(typed({ $set: { b: 1 } })).seed(typed({ $and: [{ a: 1 }, { a: 2 }] })),
    ).toThrow(expect.objectContaining({ code: 54 }));
  });
});

describe('compileUpdate, pipelines', () => {
  it.each<[document: Fields, pipeline: Fields[], expected: Fields]>([
    [{ a: 1 }, [{ $set: { b: { $add: ['$a', 1] } } }], { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, [{ $unset: 'a' }], { b: 2 }],
    [{ a: 1, b: 2 }, [{ $project: { b: 1, _id: 0 } }], { b: 2 }],
    [{ a: { c: 1 } }, [{ $replaceWith: '$a' }], { c: 1 }],
    [{ a: { c: 1 } }, [{ $replaceRoot: { newRoot: { d: '$a.c' } } }], { d: 1 }],
    [{ a: 1 }, [{ $set: { a: { $literal: '$b' } } }], { a: '$b' }],
  ])('%j with %j keeps the _id', (document, pipeline, expected) => {
    expect(plain(apply({ _id: 1, ...document }, pipeline))).toEqual({ _id: 1, ...expected });
  });

  it.each<[pipeline: Fields[], code: number]>([
    [[{ $match: {} }], 72],
    [[{ $set: { _id: 2 } }], 66],
    [[{ $replaceWith: 1 }], 40228],
    [[{ $set: { a: 1 }, $unset: 'b' }], 40323],
  ])('%j is refused with %i', (pipeline, code) => {
    expect(() => apply({ _id: 1 }, pipeline)).toThrow(expect.objectContaining({ code }));
  });
});

describe('compileUpdate', () => {
  it('adds new fields in the order of their names, numbers by value', () => {
    const document = apply(
      { _id: 1, z: 0 },
      { $set: { b: 1, a: 1, 'n.x10': 1, 'n.x9': 1 }, $inc: { ab: 1 } },
    );
    expect(Object.keys(document)).toEqual(['_id', 'z', 'a', 'ab', 'b', 'n']);
  });

  it('leaves the given document as it was', () => {
    const document = typed({ _id: 1, a: { b: [1] } });
    compileUpdate(typed({ $push: { 'a.b': 2 }, $set: { 'a.c': 1 } })).apply(document);
    expect(plain(document)).toEqual({ _id: 1, a: { b: [1] } });
  });

  it('puts the _id of a replacement first', () => {
    expect(Object.keys(apply({ _id: 1 }, { a: 1, _id: 1 }))).toEqual(['_id', 'a']);
  });

  it('treats a field named __proto__ as data', () => {
    const update = compileUpdate(typed({ $set: JSON.parse('{"__proto__": 1, "a.__proto__.b": 2}') }));
    const { document } = update.apply(typed({ _id: 1 }));
    expect(canonical(document)).toBe(
      '{"_id":{"$numberInt":"1"},"__proto__":{"$numberInt":"1"},"a":{"__proto__":{"b":{"$numberInt":"2"}}}}',
    );
  });
});
