import {
  Binary,
  BSONRegExp,
  Code,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareValues, valuesEqual } from './compare.ts';
import type { BsonValue } from './value.ts';

const inOrder: readonly BsonValue[] = [
  new MinKey(),
  undefined,
  null,
  new Double(Number.NaN),
  Decimal128.fromString('-Infinity'),
  new Double(-1.5),
  new Int32(0),
  Decimal128.fromString('0.1'),
  new Double(0.1),
  new Int32(1),
  Long.fromString('9007199254740992'),
  Long.fromString('9007199254740993'),
  new Double(9007199254740994),
  Decimal128.fromString('9007199254740994.5'),
  new Double(Number.POSITIVE_INFINITY),
  '',
  'B',
  'a',
  '\uffff',
  '😀',
  {},
  { a: new Int32(1) },
  { b: new Int32(0) },
  { a: 'x' },
  [],
  [new Int32(1)],
  [new Int32(1), new Int32(3)],
  [new Int32(2)],
  new Binary(Buffer.from('z')),
  new Binary(Buffer.from('aa')),
  new UUID('00000000-0000-4000-8000-000000000000'),
  new ObjectId('000000000000000000000001'),
  new ObjectId('000000000000000000000002'),
  false,
  true,
  new Date(-1),
  new Date(0),
  new Timestamp({ t: 1, i: 1 }),
  new Timestamp({ t: 0x80000000, i: 1 }),
  new BSONRegExp('a', 'i'),
  new BSONRegExp('b', ''),
  new Code('x'),
  new Code('x', { a: 1 }),
  new MaxKey(),
];

// Array.prototype.sort puts undefined last without asking.
function sort(values: readonly BsonValue[]): BsonValue[] {
  const boxes = values.map((value) => ({ value }));
  return boxes.sort((a, b) => compareValues(a.value, b.value)).map(({ value }) => value);
}

describe('compareValues', () => {
  it('orders values of all types as BSON does', () => {
    expect(sort(inOrder.toReversed())).toEqual(inOrder);
  });

  it.each([
    [new Int32(1), new Double(1)],
    [new Int32(1), Long.fromNumber(1)],
    [new Double(0), new Double(-0)],
    [Long.fromNumber(7), Decimal128.fromString('7.00')],
    [new Double(Number.NaN), Decimal128.fromString('NaN')],
    [new Double(0.5), Decimal128.fromString('0.5')],
    [
      { a: new Int32(1), b: 'x' },
      { a: new Double(1), b: 'x' },
    ],
  ])('takes %s and %s for equal', (a, b) => {
    expect(valuesEqual(a, b)).toBe(true);
  });

  it('tells documents apart whose fields have another order', () => {
    expect(valuesEqual({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(false);
  });

  it('compares strings inside documents and arrays by the given order', () => {
    const ignoringCase = (a: string, b: string) => a.toLowerCase().localeCompare(b.toLowerCase());
    expect(valuesEqual({ a: ['X'] }, { a: ['x'] }, ignoringCase)).toBe(true);
  });
});

const finiteDecimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -25, max: 25 }))
  .map(([coefficient, exponent]) => Decimal128.fromString(`${coefficient}E${exponent}`));

const anyNumber: fc.Arbitrary<BsonValue> = fc.oneof(
  fc.integer().map((value) => new Int32(value)),
  fc.double().map((value) => new Double(value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  finiteDecimal,
);

const { value: anyValue } = fc.letrec<{
  value: BsonValue;
  array: BsonValue[];
  document: Record<string, BsonValue>;
}>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    anyNumber,
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...inOrder),
    tie('array'),
    tie('document'),
  ),
  array: fc.array(tie('value'), { maxLength: 3 }),
  document: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
}));

describe('compareValues, for any values', () => {
  it('is antisymmetric', () => {
    fc.assert(
      fc.property(
        anyValue,
        anyValue,
        (a, b) => compareValues(a, b) === -compareValues(b, a) || compareValues(a, b) === 0,
      ),
    );
  });

  it('is transitive', () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (...values) => {
        const [a, b, c] = sort(values);
        return compareValues(a, c) <= 0 && compareValues(a, b) <= 0 && compareValues(b, c) <= 0;
      }),
      { numRuns: 500 },
    );
  });

  it('is transitive over numbers of mixed types', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, anyNumber, (...values) => {
        const [a, b, c] = sort(values);
        return (
          compareValues(a, c) <= 0 &&
          (compareValues(a, b) !== 0 || compareValues(b, c) === compareValues(a, c))
        );
      }),
      { numRuns: 500 },
    );
  });
});
