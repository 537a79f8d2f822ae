import { describe, expect, it } from 'vitest';
import { plain, typed } from '../../test/typed.ts';
import { compileProjection } from './projection.ts';

type Fields = Record<string, unknown>;

const document = {
  _id: 1,
  a: 1,
  b: { c: 1, d: 2 },
  e: [{ f: 1, g: 2 }, { f: 3 }, 5, [{ f: 4, g: 5 }]],
  h: [1, 2, 3],
};

describe('compileProjection', () => {
  it.each<[projection: Fields, expected: Fields]>([
    [{ a: 1 }, { _id: 1, a: 1 }],
    [{ a: true, _id: 0 }, { a: 1 }],
    [{ _id: 1 }, { _id: 1 }],
    [{ 'b.c': 1, _id: 0 }, { b: { c: 1 } }],
    [{ b: { d: 1 }, _id: 0 }, { b: { d: 2 } }],
    [{ 'e.f': 1, _id: 0 }, { e: [{ f: 1 }, { f: 3 }, [{ f: 4 }]] }],
    [{ 'a.x': 1, _id: 0 }, {}],
    [
      { b: 0, e: 0, h: 0 },
      { _id: 1, a: 1 },
    ],
    [
      { 'e.f': 0, 'b.c': 0, h: 0, a: 0, _id: 0 },
      { b: { d: 2 }, e: [{ g: 2 }, {}, 5, [{ g: 5 }]] },
    ],
    [
      { h: { $slice: 2 }, a: 1 },
      { _id: 1, a: 1, h: [1, 2] },
    ],
    [
      { h: { $slice: -1 }, a: 0, b: 0, e: 0 },
      { _id: 1, h: [3] },
    ],
    [
      { h: { $slice: [-2, 1] }, _id: 1, a: 1 },
      { _id: 1, a: 1, h: [2] },
    ],
    [{ e: { $elemMatch: { f: 3 } } }, { _id: 1, e: [{ f: 3 }] }],
    [
      { h: { $elemMatch: { $gt: 1 } }, a: 1 },
      { _id: 1, a: 1, h: [2] },
    ],
    [{ h: { $elemMatch: { $gt: 9 } } }, { _id: 1 }],
    [{ x: '$b.c', _id: 0 }, { x: 1 }],
    [{ x: { $add: ['$a', 1] }, _id: 0 }, { x: 2 }],
    [{ x: 'text', _id: 0 }, { x: 'text' }],
    [{ 'b.c': { $literal: 7 }, _id: 0 }, { b: { c: 7 } }],
    [{ h: { $slice: ['$h', 1] }, _id: 0 }, { h: [1] }],
  ])('%j', (projection, expected) => {
    expect(plain(compileProjection(typed(projection))(typed(document)))).toEqual(expected);
  });

  it.each<[projection: Fields, code: number]>([
    [{ a: 1, b: 0 }, 31254],
    [{ b: 0, a: 1 }, 31253],
    [{ a: 1, 'a.b': 1 }, 31249],
    [{ 'a.b': 1, a: 1 }, 31250],
    [{ a: {} }, 51270],
    [{ a: 0, x: '$b' }, 31252],
    [{ '': 1 }, 40352],
    [{ 'a.': 1 }, 40353],
    [{ 'a.$': 0 }, 31395],
    [{ a: { $slice: [1, 0] } }, 28729],
    [{ a: { $foo: 1 } }, 168],
    [{ h: { $slice: 1, $elemMatch: {} } }, 2],
  ])('refuses %j with %i', (projection, code) => {
    expect(() => compileProjection(typed(projection))).toThrow(expect.objectContaining({ code }));
  });

  it('shows the matched element for positional $', () => {
    expect(plain(compileProjection(typed({ 'h.$': 1 }))(typed(document), 1))).toEqual({ _id: 1, h: [2] });
  });

  it('throws 51246 for positional $ when the filter matched no element', () => {
    const project = compileProjection(typed({ 'h.$': 1 }));
    expect(() => project(typed(document))).toThrow(expect.objectContaining({ code: 51246 }));
  });

  it('keeps the fields of an inclusion in the order of the document, computed ones last', () => {
    const projected = compileProjection(typed({ x: '$a', h: 1, a: 1 }))(typed(document));
    expect(Object.keys(projected)).toEqual(['_id', 'a', 'h', 'x']);
  });
});
