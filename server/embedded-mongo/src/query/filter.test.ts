import { Binary, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp, UUID } from 'bson';
import { describe, expect, it } from 'vitest';
import { typed } from '../../test/typed.ts';
import { compileCollation } from '../bson/collation.ts';
import { compileFilter } from './filter.ts';

type Fields = Record<string, unknown>;

function matches(filter: Fields, document: Fields): boolean {
  return compileFilter(typed(filter)).matches(typed(document));
}

const id = new ObjectId();

describe('compileFilter, what matches', () => {
  it.each<[filter: Fields, document: Fields]>([
    [{}, { a: 1 }],
    [{ a: 1 }, { a: 1.0 }],
    [{ a: 1 }, { a: Long.fromNumber(1) }],
    [{ a: 1 }, { a: Decimal128.fromString('1.0') }],
    [{ a: Long.fromString('9007199254740993') }, { a: Long.fromString('9007199254740993') }],
    [{ a: null }, {}],
    [{ a: null }, { a: null }],
    [{ 'a.b': null }, { a: 5 }],
    [{ 'a.b': null }, { a: [{ c: 1 }] }],
    [{ a: { $gte: null } }, {}],
    [{ a: id }, { a: new ObjectId(id.toHexString()) }],
    [{ a: { $elemMatch: { $id: id } } }, { a: [{ $ref: 'things', $id: id }] }],
    [{ a: { $elemMatch: { $ref: 'things', $id: id } } }, { a: [{ $ref: 'things', $id: id, $db: 'test' }] }],
    [{ a: { $elemMatch: { $or: [{ $ref: 'things' }, { b: 1 }] } } }, { a: [{ $ref: 'things', $id: id }] }],
    [
      { a: new UUID('00000000-0000-4000-8000-000000000001') },
      { a: new Binary(Buffer.from('00000000000040008000000000000001', 'hex'), 4) },
    ],
    [{ a: { b: 1, c: 2 } }, { a: { b: 1, c: 2 } }],
    [{ a: [1, 2] }, { a: [1, 2] }],
    [{ a: [1, 2] }, { a: [[1, 2], 3] }],
    [{ a: 2 }, { a: [1, 2] }],
    [{ 'a.b': 2 }, { a: [{ b: 1 }, { b: 2 }] }],
    [{ 'a.b': 2 }, { a: [{ b: [1, 2] }] }],
    [{ 'a.1': 'y' }, { a: ['x', 'y'] }],
    [{ 'a.1.b': 2 }, { a: [{ b: 1 }, { b: 2 }] }],
    [{ 'a.0': 1 }, { a: { 0: 1 } }],
    [{ 'a.0': 1 }, { a: [{ 0: 1 }] }],
    [{ a: { $gt: 1, $lt: 3 } }, { a: [0, 4] }],
    [{ a: { $gt: [1, 2] } }, { a: [1, 3] }],
    [{ a: { $lt: new MaxKey() } }, { a: 'x' }],
    [{ a: { $gt: new MinKey() } }, { a: 1 }],
    [{ a: { $lte: Number.NaN } }, { a: Number.NaN }],
    [{ a: { $ne: 1 } }, { a: [2, 3] }],
    [{ a: { $ne: 1 } }, {}],
    [{ a: { $in: [1, null] } }, {}],
    [{ a: { $in: [/^b/, 'x'] } }, { a: 'bcd' }],
    [{ a: { $nin: [1, 2] } }, { a: 3 }],
    [{ a: { $not: { $gt: 1 } } }, { a: 'x' }],
    [{ a: { $not: /x/ } }, { a: 'y' }],
    [{ a: { $exists: true } }, { a: null }],
    [{ a: { $exists: false } }, { b: 1 }],
    [{ 'a.b': { $exists: true } }, { a: [{}, { b: 1 }] }],
    [{ a: { $type: 'number' } }, { a: Long.fromNumber(1) }],
    [{ a: { $type: 7 } }, { a: id }],
    [{ a: { $type: ['string', 'bool'] } }, { a: true }],
    [{ a: { $type: 'array' } }, { a: [1] }],
    [{ a: { $type: 'timestamp' } }, { a: new Timestamp({ t: 1, i: 1 }) }],
    [{ a: { $mod: [4, 1] } }, { a: 5.9 }],
    [{ a: { $mod: [3, -1] } }, { a: -4 }],
    [{ a: /^HE/i }, { a: 'hello' }],
    [{ a: { $regex: 'b $ # end', $options: 'mx' } }, { a: 'ab\nc' }],
    [{ a: { $regex: 'a.c', $options: 's' } }, { a: 'a\nc' }],
    [{ a: { $all: [1, 3] } }, { a: [1, 2, 3] }],
    [{ a: { $all: [[1]] } }, { a: [[1]] }],
    [{ a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 2 } }] } }, { a: [{ b: 1 }, { b: 2 }] }],
    [{ a: { $elemMatch: { $gt: 1, $lt: 3 } } }, { a: [0, 2, 4] }],
    [{ a: { $elemMatch: { b: 1, c: 2 } } }, { a: [{ b: 1 }, { b: 1, c: 2 }] }],
    [{ a: { $elemMatch: { $or: [{ b: 1 }, { b: 2 }] } } }, { a: [{ b: 2 }] }],
    [{ a: { $size: 2 } }, { a: [1, [2]] }],
    [{ a: { $bitsAllSet: [0, 2] } }, { a: 5 }],
    [{ a: { $bitsAnyClear: 2 } }, { a: 5 }],
    [{ a: { $bitsAllSet: [63, 100] } }, { a: -1 }],
    [{ $and: [{ a: 1 }, { b: 2 }] }, { a: 1, b: 2 }],
    [{ $or: [{ a: 2 }, { b: 2 }] }, { a: 1, b: 2 }],
    [{ $nor: [{ a: 2 }, { b: 3 }] }, { a: 1, b: 2 }],
    [{ $expr: { $gt: ['$a', '$b'] } }, { a: 2, b: 1 }],
    [{ a: 1, $comment: 'why' }, { a: 1 }],
    [{ constructor: null }, { a: 1 }],
    [{ a: { $ref: 'c', $id: 1 } }, { a: { $ref: 'c', $id: 1 } }],
    [{ 'a.$id': 1 }, { a: { $ref: 'c', $id: 1 } }],
  ])('%j matches %j', (filter, document) => {
    expect(matches(filter, document)).toBe(true);
  });
});

describe('compileFilter, what does not match', () => {
  it.each<[filter: Fields, document: Fields]>([
    [{ a: { $elemMatch: { $id: new ObjectId() } } }, { a: [{ $ref: 'things', $id: id }] }],
    [{ a: 1 }, { a: '1' }],
    [{ a: Long.fromString('9007199254740993') }, { a: 9007199254740992 }],
    [{ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }],
    [{ a: { b: 1 } }, { a: { b: 1, c: 2 } }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ 'a.b': null }, { a: [] }],
    [{ 'a.b': null }, { a: [1, 2] }],
    [{ 'a.b': null }, { a: [{ b: 1 }] }],
    [{ a: { $gt: 1 } }, { a: 'x' }],
    [{ a: { $lt: 5 } }, { a: Number.NaN }],
    [{ a: { $gt: null } }, { a: null }],
    [{ a: { $ne: 1 } }, { a: [1, 2] }],
    [{ a: { $nin: [1, null] } }, {}],
    [{ a: { $exists: false } }, { a: null }],
    [{ a: { $all: [] } }, { a: [] }],
    [{ a: { $all: [1, 4] } }, { a: [1, 2] }],
    [{ a: { $elemMatch: { $gt: 1, $lt: 3 } } }, { a: [0, 4] }],
    [{ a: { $elemMatch: { $gt: 1 } } }, { a: 5 }],
    [{ a: { $elemMatch: { $gt: 1 } } }, { a: [[5]] }],
    [{ a: { $size: 1 } }, { a: [[1], [2]] }],
    [{ a: { $size: 1 } }, { a: 'x' }],
    [{ a: { $mod: [4, 1] } }, { a: Number.POSITIVE_INFINITY }],
    [{ a: { $bitsAllSet: 1 } }, { a: 1.5 }],
    [{ a: /^b/ }, { a: 5 }],
    [{ a: { $regex: 'a.c' } }, { a: 'a\nc' }],
    [{ 'a.0': 1 }, { a: [2, 1] }],
    [{ $nor: [{ a: 1 }] }, { a: 1 }],
    [{ a: { $type: 'int' } }, { a: new Double(1.5) }],
    [{ a: { $type: 'number' } }, { a: new Timestamp({ t: 1, i: 1 }) }],
    [{ a: { $gt: 0 } }, { a: new Timestamp({ t: 1, i: 1 }) }],
  ])('%j does not match %j', (filter, document) => {
    expect(matches(filter, document)).toBe(false);
  });
});

describe('compileFilter, what is refused', () => {
  it.each<[filter: Fields, code: number]>([
    [{ $foo: 1 }, 2],
    [{ a: { $foo: 1 } }, 2],
    [{ a: { $gt: 1, b: 2 } }, 2],
    [{ $and: [] }, 2],
    [{ $or: {} }, 2],
    [{ $or: [1] }, 2],
    [{ a: { $in: 1 } }, 2],
    [{ a: { $in: [{ $gt: 1 }] } }, 2],
    [{ a: { $not: 1 } }, 2],
    [{ a: { $not: {} } }, 2],
    [{ a: { $size: -1 } }, 2],
    [{ a: { $size: 1.5 } }, 2],
    [{ a: { $mod: [0, 1] } }, 2],
    [{ a: { $mod: [1] } }, 2],
    [{ a: { $type: 'nope' } }, 2],
    [{ a: { $type: [] } }, 9],
    [{ a: { $options: 'i' } }, 2],
    [{ a: { $regex: '(' } }, 51091],
    [{ a: { $regex: 'a', $options: 'q' } }, 51108],
    [{ a: { $elemMatch: 1 } }, 2],
    [{ a: { $all: 1 } }, 2],
    [{ $where: 'true' }, 2],
    [{ $text: { $search: 'x' } }, 27],
    [{ a: { $near: [0, 0] } }, 291],
    [{ $expr: { $foo: 1 } }, 168],
    [{ $expr: { $eq: ['$a', '$$x'] } }, 17276],
  ])('%j is refused with %i', (filter, code) => {
    expect(() => compileFilter(typed(filter))).toThrow(expect.objectContaining({ code }));
  });
});

describe('compileFilter', () => {
  it.each<[filter: Fields, document: Fields, arrayIndex: number | undefined]>([
    [{ a: 2 }, { a: [1, 2] }, 1],
    [{ 'a.b': 2 }, { a: [{ b: 1 }, { b: 2 }] }, 1],
    [{ 'a.b': 2 }, { a: { b: [1, 2] } }, 1],
    [{ a: { $elemMatch: { b: 2 } } }, { a: [{ b: 1 }, { b: 2 }] }, 1],
    [{ a: 1, b: 'z' }, { a: [0, 1], b: ['x', 'y', 'z'] }, 2],
    [{ $or: [{ a: 9 }, { a: 3 }] }, { a: [1, 2, 3] }, 2],
    [{ a: { $ne: 9 } }, { a: [1, 2] }, undefined],
    [{ b: 1 }, { b: 1 }, undefined],
  ])('tells the position at which %j matches %j', (filter, document, arrayIndex) => {
    const result = compileFilter(typed(filter)).matchPosition(typed(document));
    expect(result).toEqual(arrayIndex === undefined ? { matched: true } : { matched: true, arrayIndex });
  });

  it('reads the variables of let in $expr', () => {
    const filter = compileFilter(typed({ $expr: { $eq: ['$a', '$$x'] } }), { let: typed({ x: 5 }) });
    expect(filter.matches(typed({ a: 5 }))).toBe(true);
  });

  it('compares strings by the collation', () => {
    const collation = compileCollation(typed({ locale: 'en', strength: 2 }));
    const filter = compileFilter(typed({ a: { $in: ['PING'] }, b: { $lt: 'B' } }), { collation });
    expect(filter.matches(typed({ a: 'ping', b: 'a' }))).toBe(true);
    expect(filter.matches(typed({ a: 'pong', b: 'a' }))).toBe(false);
  });
});
