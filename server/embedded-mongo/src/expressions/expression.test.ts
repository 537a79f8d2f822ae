import { Decimal128, Double, Int32, Long, ObjectId } from 'bson';
import { describe, expect, it } from 'vitest';
import { canonical, plain, typed, typedValue } from '../../test/typed.ts';
import { compileExpression } from './expression.ts';

type Fields = Record<string, unknown>;

const id = new ObjectId('00000000000000000000000a');
const document = {
  a: 1,
  b: 2.5,
  s: 'Text',
  list: [3, 1, 2],
  docs: [{ x: 1 }, { x: 2 }, 5],
  none: null,
  when: new Date(1000),
  id,
  o: { k: 1 },
};

function evaluate(expression: unknown, options: { let?: Fields } = {}): unknown {
  const compiled = compileExpression(typedValue(expression), options.let ? { let: typed(options.let) } : {});
  return plain(compiled(typed(document)));
}

describe('compileExpression', () => {
  it('gives a random double below 1 each time', () => {
    const values = [evaluate({ $rand: {} }), evaluate({ $rand: {} })];
    for (const value of values) expect(value).toSatisfy((n: number) => n >= 0 && n < 1);
    expect(values[0]).not.toBe(values[1]);
  });

  it.each<[expression: unknown, value: unknown]>([
    ['$a', 1],
    ['$docs.x', [1, 2]],
    ['$$ROOT.o.k', 1],
    ['$$CURRENT.a', 1],
    ['text', 'text'],
    [{ x: '$a', y: '$missing' }, { x: 1 }],
    [
      ['$a', '$missing'],
      [1, null],
    ],
    [{ $literal: '$a' }, '$a'],
    [{ $add: ['$a', 1, '$b'] }, 4.5],
    [{ $add: ['$when', 500] }, new Date(1500)],
    [{ $subtract: ['$when', new Date(0)] }, 1000],
    [{ $multiply: ['$a', 3] }, 3],
    [{ $divide: [7, 2] }, 3.5],
    [{ $mod: [-7, 3] }, -1],
    [{ $abs: -3 }, 3],
    [{ $ceil: '$b' }, 3],
    [{ $add: ['$none', 1] }, null],
    [{ $cmp: ['$a', '$b'] }, -1],
    [{ $eq: ['$id', id] }, true],
    [{ $gt: ['$s', 5] }, true],
    [{ $and: ['$a', '$b', { $not: '$none' }] }, true],
    [{ $or: ['$none', 0, ''] }, true],
    [{ $cond: [{ $gte: ['$a', 1] }, 'yes', 'no'] }, 'yes'],
    [{ $cond: { if: '$none', then: 1, else: 2 } }, 2],
    [{ $ifNull: ['$none', '$missing', 'default'] }, 'default'],
    [
      {
        $switch: {
          branches: [
            { case: false, then: 1 },
            { case: '$a', then: 2 },
          ],
          default: 3,
        },
      },
      2,
    ],
    [{ $let: { vars: { x: '$a' }, in: { $add: ['$$x', 1] } } }, 2],
    [{ $size: '$list' }, 3],
    [{ $arrayElemAt: ['$list', -1] }, 2],
    [{ $first: '$list' }, 3],
    [{ $in: [2, '$list'] }, true],
    [{ $slice: ['$list', 1, 2] }, [1, 2]],
    [{ $concatArrays: ['$list', [4]] }, [3, 1, 2, 4]],
    [{ $map: { input: '$list', as: 'n', in: { $multiply: ['$$n', 2] } } }, [6, 2, 4]],
    [{ $filter: { input: '$list', cond: { $gt: ['$$this', 1] }, limit: 1 } }, [3]],
    [{ $reduce: { input: '$list', initialValue: 0, in: { $add: ['$$value', '$$this'] } } }, 6],
    [{ $max: '$list' }, 3],
    [{ $sum: '$docs.x' }, 3],
    [{ $concat: ['$s', '!'] }, 'Text!'],
    [{ $concat: ['$s', '$none'] }, null],
    [{ $mergeObjects: ['$o', { l: 2 }] }, { k: 1, l: 2 }],
    [{ $setField: { field: 'x', input: '$o', value: 2 } }, { k: 1, x: 2 }],
    [{ $type: '$missing' }, 'missing'],
    [{ $type: '$b' }, 'double'],
  ])('%j', (expression, value) => {
    expect(evaluate(expression)).toEqual(value);
  });

  it.each<[expression: unknown, code: number]>([
    [{ $foo: 1 }, 168],
    [{ $week: '$when' }, 168],
    [{ $isoWeekYear: '$when' }, 168],
    [{ $dateFromParts: { year: 2024 } }, 168],
    [{ $dateToString: { date: '$when', format: '%U' } }, 168],
    [{ $dateAdd: { startDate: '$when', unit: 'month', amount: 1 } }, 168],
    [{ $dateFromString: { dateString: 'nonsense' } }, 168],
    [{ $pow: [2, 3] }, 168],
    [{ $toString: '$id' }, 168],
    [{ $setUnion: ['$list'] }, 168],
    [{ $getField: 'a' }, 168],
    [{ $toUpper: '$s' }, 168],
    [{ $rand: 1 }, 10065],
    [{ $cond: [true, 1, { $round: 1.5 }] }, 168],
    [{ $function: { body: '', args: [], lang: 'js' } }, 72],
    ['$$KEEP', 17276],
    [{ $add: 1, $abs: 1 }, 15983],
    [{ $add: ['$s', 1] }, 14],
    [{ $divide: [1, 0] }, 2],
    [{ $mod: [1, 0] }, 16610],
    [{ $size: '$a' }, 17124],
    [{ $in: [1, '$a'] }, 40081],
    [{ $concat: ['$a'] }, 16702],
    [{ $switch: { branches: [{ case: false, then: 1 }] } }, 40066],
    [{ $cond: [1] }, 16020],
    [{ $mergeObjects: ['$a'] }, 40400],
    ['$$nope', 17276],
    ['$', 16872],
    [{ 'a.b': 1 }, 16412],
  ])('refuses %j with %i', (expression, code) => {
    expect(() => evaluate(expression)).toThrow(expect.objectContaining({ code }));
  });

  it.each<[expression: unknown, value: unknown]>([
    [{ $add: [2147483647, 1] }, Long.fromNumber(2147483648)],
    [{ $add: [Long.MAX_VALUE, 1] }, new Double(2 ** 63)],
    [{ $multiply: [Decimal128.fromString('0.1'), 3] }, Decimal128.fromString('0.3')],
    [{ $size: [[1]] }, new Int32(1)],
    [{ $avg: [1, 2] }, new Double(1.5)],
    [
      { $floor: Decimal128.fromString('12345678901234567890.5') },
      Decimal128.fromString('12345678901234567890'),
    ],
    [{ $floor: Decimal128.fromString('-1.5') }, Decimal128.fromString('-2')],
    [{ $ceil: Decimal128.fromString('-1.5') }, Decimal128.fromString('-1')],
    [{ $ceil: Decimal128.fromString('1E-40') }, Decimal128.fromString('1')],
    [{ $floor: Decimal128.fromString('Infinity') }, Decimal128.fromString('Infinity')],
    [{ $floor: 2.5 }, new Double(2)],
    [{ $mod: [Decimal128.fromString('-12345678901234567890.1'), 7] }, Decimal128.fromString('-1.1')],
    ['$$big', Long.fromString('9007199254740993')],
  ])('%j has the type MongoDB gives it', (expression, value) => {
    const compiled = compileExpression(typedValue(expression), {
      let: typed({ big: Long.fromString('9007199254740993') }),
    });
    expect(canonical(compiled({}))).toBe(canonical(value));
  });
});
