import { expect, test } from 'vitest';
import { emptyArray, missing } from '../bson/key-encoding.ts';
import type { BsonDocument } from '../bson/value.ts';
import { indexKeys } from './index-keys.ts';

function rowsOf(document: BsonDocument, ...paths: string[]) {
  const fields = paths.map((path) => ({ path, parts: path.split('.'), isDescending: false }));
  const { entries, multikeyFields, isAbsent } = indexKeys(document, fields);
  return { rows: entries.map(({ row }) => row), multikey: [...multikeyFields], isAbsent };
}

test('takes one key from plain fields, and tells when there is none of them', () => {
  expect(rowsOf({ a: 1, b: { c: 2 } }, 'a', 'b.c')).toEqual({
    rows: [[1, 2]],
    multikey: [],
    isAbsent: false,
  });
  expect(rowsOf({ a: 1 }, 'x', 'y.z')).toEqual({ rows: [[missing, missing]], multikey: [], isAbsent: true });
});

test('takes one key per different element of an array', () => {
  expect(rowsOf({ a: 7, tags: ['x', 'y', 'x'] }, 'a', 'tags')).toEqual({
    rows: [
      [7, 'x'],
      [7, 'y'],
    ],
    multikey: [1],
    isAbsent: false,
  });
});

test('keeps the fields below one array together', () => {
  const document = { list: [{ a: 1, b: 2 }, { a: 3 }] };

  expect(rowsOf(document, 'list.a', 'list.b').rows).toEqual([
    [1, 2],
    [3, missing],
  ]);
});

test('opens an array once: an array in it is a value, a position in a path is taken', () => {
  expect(rowsOf({ a: [[1, 2], 3] }, 'a').rows).toEqual([[[1, 2]], [3]]);
  expect(rowsOf({ a: [{ b: 1 }, { b: 2 }] }, 'a.1.b').rows).toEqual([[2]]);
});

test('has a key for an empty array, below null', () => {
  expect(rowsOf({ a: [] }, 'a').rows).toEqual([[emptyArray]]);
});

test('refuses two arrays in one index', () => {
  expect(() => rowsOf({ a: [1], b: [2] }, 'a', 'b')).toThrow('cannot index parallel arrays');
});

test('refuses a number in a path that is a position and a field', () => {
  expect(() => rowsOf({ a: [1, { 0: 2 }] }, 'a.0')).toThrow('Ambiguous field name');
  expect(rowsOf({ a: [1, { 1: 2 }] }, 'a.0').rows).toEqual([[1]]);
});
