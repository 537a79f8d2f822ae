import { describe, expect, it } from 'vitest';
import { typed } from '../../test/typed.ts';
import { compileCollation } from './collation.ts';

type Fields = Record<string, unknown>;

function compare(spec: Fields, a: string, b: string): number | undefined {
  return compileCollation(typed(spec))?.compare(a, b);
}

describe('compileCollation', () => {
  it.each<[spec: Fields, a: string, b: string]>([
    [{ locale: 'en', strength: 1 }, 'Résumé', 'resume'],
    [{ locale: 'en', strength: 2 }, 'PING', 'ping'],
    [{ locale: 'en', strength: 1, caseLevel: true }, 'é', 'e'],
    [{ locale: 'en', alternate: 'shifted' }, 'black-bird', 'blackbird'],
    [{ locale: 'en_US', numericOrdering: true }, 'a007', 'a7'],
  ])('%j takes %s and %s for equal', (spec, a, b) => {
    expect(compare(spec, a, b)).toBe(0);
  });

  it.each<[spec: Fields, a: string, b: string]>([
    [{ locale: 'en' }, 'a', 'A'],
    [{ locale: 'en', strength: 2 }, 'e', 'é'],
    [{ locale: 'en', strength: 1, caseLevel: true }, 'e', 'E'],
    [{ locale: 'en', caseFirst: 'upper' }, 'A', 'a'],
    [{ locale: 'en', numericOrdering: true }, 'a9', 'a10'],
    [{ locale: 'sv' }, 'z', 'ä'],
    [{ locale: 'de@collation=phonebook' }, 'äa', 'afa'],
  ])('%j puts %s before %s', (spec, a, b) => {
    expect(compare(spec, a, b)).toBeLessThan(0);
  });

  it('is none for the simple locale', () => {
    expect(compileCollation(typed({ locale: 'simple' }))).toBeUndefined();
  });

  it.each<[spec: Fields, code: number]>([
    [{}, 40414],
    [{ locale: 'en', foo: 1 }, 40415],
    [{ locale: 'nowhere' }, 2],
    [{ locale: 'en', strength: 4 }, 2],
    [{ locale: 'en', strength: 9 }, 2],
    [{ locale: 'en', strength: 2, caseLevel: true }, 2],
    [{ locale: 'fr', backwards: true }, 2],
    [{ locale: 'en', numericOrdering: 'yes' }, 14],
    [{ locale: 'en', alternate: 'sometimes' }, 2],
  ])('refuses %j with %i', (spec, code) => {
    expect(() => compileCollation(typed(spec))).toThrow(expect.objectContaining({ code }));
  });
});
