import {
  Binary,
  BSONRegExp,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'bson';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareValues } from './compare.ts';
import { encodeValue, fitKey, prefixEnd } from './key-encoding.ts';
import type { BsonValue } from './value.ts';

const decimalTexts = [
  '0',
  '-0',
  '0.1',
  '1',
  '-1.5',
  '1E+400',
  '-1E+400',
  '1E-400',
  '9007199254740993',
  'Infinity',
  'NaN',
];

const numbers = fc.oneof(
  fc.integer().map((value) => new Int32(value | 0)),
  fc.double().map((value) => new Double(value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc.integer({ min: -3, max: 3 }).map((step) => Long.fromBigInt(2n ** 53n + BigInt(step))),
  fc.constantFrom(...decimalTexts).map((text) => Decimal128.fromString(text)),
);

const scalars: fc.Arbitrary<BsonValue> = fc.oneof(
  numbers,
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.constantFrom('', '\0', 'a\0', 'a\0b', 'a'),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
  fc.uint8Array({ maxLength: 6 }).map((bytes) => new Binary(bytes, 0)),
  fc.record({ t: fc.nat(), i: fc.nat() }).map((parts) => new Timestamp(parts)),
  fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 2 }).map((pattern) => new BSONRegExp(pattern, 'i')),
  fc.constantFrom(new MinKey(), new MaxKey()),
);

const values: fc.Arbitrary<BsonValue> = fc.oneof(
  { weight: 4, arbitrary: scalars },
  { weight: 1, arbitrary: fc.array(scalars, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('a', 'b', 'ab'), scalars, { maxKeys: 2 }) },
);

test('orders encoded values as BSON orders the values themselves', () => {
  const property = fc.property(values, values, (a, b) => {
    expect(Math.sign(Buffer.compare(encodeValue(a), encodeValue(b)))).toBe(Math.sign(compareValues(a, b)));
  });
  fc.assert(property, { numRuns: 3_000 });
});

test('orders inverted values the other way around', () => {
  const property = fc.property(values, values, (a, b) => {
    const order = Math.sign(Buffer.compare(encodeValue(a, true), encodeValue(b, true)));
    expect(order + Math.sign(compareValues(a, b))).toBe(0);
  });
  fc.assert(property, { numRuns: 1_000 });
});

test('makes no value the beginning of another, so that fields can follow each other', () => {
  const property = fc.property(values, values, (a, b) => {
    const [left, right] = [encodeValue(a), encodeValue(b)];
    expect(left.subarray(0, right.length).equals(right)).toBe(left.equals(right));
  });
  fc.assert(property, { numRuns: 1_000 });
});

test('gives equal numbers of different types one key', () => {
  const one = [new Int32(1), new Double(1), Long.fromNumber(1), Decimal128.fromString('1.00')].map((value) =>
    encodeValue(value).toString('hex'),
  );
  expect(new Set(one).size).toBe(1);
});

test('writes each value once, however deep it lies', () => {
  const deep = (depth: number): BsonValue => (depth === 0 ? 1 : { a: deep(depth - 1) });

  expect(encodeValue(deep(100)).length - encodeValue(deep(99)).length).toBe(
    encodeValue(deep(2)).length - encodeValue(deep(1)).length,
  );
});

test('keeps the head of a key that is too long, and tells two such keys apart', () => {
  const [a, b] = ['a', 'b'].map((end) => encodeValue('x'.repeat(5_000) + end));
  expect(a && fitKey(a).length).toBeLessThan(1_978);
  expect(a && b && fitKey(a).equals(fitKey(b))).toBe(false);
});

test('finds the end of all keys with a prefix', () => {
  expect(prefixEnd(Buffer.of(1, 0xff))).toEqual(Buffer.of(2));
  expect(prefixEnd(Buffer.of(0xff))).toBeUndefined();
});
