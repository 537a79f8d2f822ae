import { describe, expect, it } from 'vitest';
import { compileRegex } from './regex.ts';

describe('compileRegex', () => {
  it.each<[pattern: string, options: string, text: string]>([
    ['^ab$', '', 'ab\n'],
    ['^b$', 'm', 'a\nb\nc'],
    ['(?i)AB', '', 'ab'],
    ['a b # comment\n c', 'x', 'abc'],
    ['a[ #]b', 'x', 'a#b'],
    ['\\Aab\\z', '', 'ab'],
    ['ab\\Z', '', 'ab\n'],
    ['[[:alpha:]_]+\\d', '', 'ab_1'],
    ['[]a]', '', ']'],
    ['(?P<x>a)\\k<x>', '', 'aa'],
    ['\\Qa.b\\E', '', 'a.b'],
    ['a(?#why)b', '', 'ab'],
    ['\\-\\_\\ x', '', '-_ x'],
    ['a.c', '', 'a\rc'],
    ['a.c', 's', 'a\nc'],
    ['^.$', '', '😀'],
  ])('/%s/%s matches %j', (pattern, options, text) => {
    expect(compileRegex(pattern, options).test(text)).toBe(true);
  });

  it.each<[pattern: string, options: string, text: string]>([
    ['^b$', '', 'a\nb'],
    ['a.c', '', 'a\nc'],
    ['ab\\z', '', 'ab\n'],
    ['\\Qa.b\\E', '', 'axb'],
  ])('/%s/%s does not match %j', (pattern, options, text) => {
    expect(compileRegex(pattern, options).test(text)).toBe(false);
  });

  it.each<[pattern: string, options: string, code: number]>([
    ['(', '', 51091],
    ['a*+', '', 51091],
    ['(?>a)', '', 51091],
    ['\\G', '', 51091],
    ['a', 'g', 51108],
    ['a\0', '', 2],
  ])('/%s/%s is refused with %i', (pattern, options, code) => {
    expect(() => compileRegex(pattern, options)).toThrow(expect.objectContaining({ code }));
  });
});
