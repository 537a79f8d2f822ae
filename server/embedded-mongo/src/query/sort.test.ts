import { describe, expect, it } from 'vitest';
import { typed } from '../../test/typed.ts';
import { compileCollation } from '../bson/collation.ts';
import { compileSort } from './sort.ts';

type Fields = Record<string, unknown>;

function sorted(documents: readonly Fields[], sort: Fields, collation?: Fields): unknown[] {
  const compare = compileSort(typed(sort), { collation: compileCollation(collation && typed(collation)) });
  const boxes = documents.map((document) => ({ document: typed(document), source: document }));
  return boxes.sort((a, b) => compare(a.document, b.document)).map(({ source }) => source['a']);
}

describe('compileSort', () => {
  it('sorts missing fields as null, and empty arrays before it', () => {
    expect(sorted([{ a: 1 }, {}, { a: [] }, { a: 'x' }, { a: -1 }], { a: 1 })).toEqual([
      [],
      undefined,
      -1,
      1,
      'x',
    ]);
  });

  it('takes the least element of an array going up and the greatest going down', () => {
    const documents = [{ a: [1, 9] }, { a: 5 }, { a: [2, 3] }];
    expect(sorted(documents, { a: 1 })).toEqual([[1, 9], [2, 3], 5]);
    expect(sorted(documents, { a: -1 })).toEqual([[1, 9], 5, [2, 3]]);
  });

  it('goes on to the next field where the first is equal', () => {
    const documents = [
      { a: 1, b: { c: 1 } },
      { a: 2, b: { c: 1 } },
      { a: 3, b: { c: 0 } },
    ];
    expect(sorted(documents, { 'b.c': 1, a: -1 })).toEqual([3, 2, 1]);
  });

  it('sorts strings by the collation', () => {
    const documents = [{ a: 'b10' }, { a: 'B9' }, { a: 'a' }];
    expect(sorted(documents, { a: 1 })).toEqual(['B9', 'a', 'b10']);
    expect(sorted(documents, { a: 1 }, { locale: 'en', numericOrdering: true })).toEqual(['a', 'B9', 'b10']);
  });

  it.each<[sort: Fields, code: number]>([
    [{ a: 2 }, 15975],
    [{ a: 'x' }, 15974],
    [{ a: { $meta: 'textScore' } }, 2],
    [{ '': 1 }, 40352],
    [{ 'a..b': 1 }, 15998],
    [{ $a: 1 }, 16410],
  ])('refuses %j with %i', (sort, code) => {
    expect(() => compileSort(typed(sort))).toThrow(expect.objectContaining({ code }));
  });
});
