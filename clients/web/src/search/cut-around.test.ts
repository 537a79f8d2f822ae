import { expect, it } from 'vitest';
import { cutAround } from './cut-around.ts';

const marked = (text: string, word: string) => {
  const start = text.indexOf(word);
  const { text: shown, ranges } = cutAround(text, [{ start, end: start + word.length }]);
  return { shown, words: ranges.map((range) => shown.slice(range.start, range.end)) };
};

it('shows a short text whole', () => {
  expect(marked('one two', 'two')).toEqual({ shown: 'one two', words: ['two'] });
});

it('begins a long text shortly before what was found, between words', () => {
  const text = `${'word '.repeat(40)}here ${'more '.repeat(80)}`;
  const { shown, words } = marked(text, 'here');
  expect(shown).toMatch(/^…(?:word ){7}here more/);
  expect(shown).toMatch(/…$/);
  expect(words).toEqual(['here']);
});

it('cuts no character in two, and puts everything on one line', () => {
  const { shown, words } = marked(`${'👋'.repeat(50)}hier\nda`, 'hier');
  expect(shown).not.toMatch(/\p{Surrogate}/u);
  expect(words).toEqual(['hier']);
  expect(shown).toContain('hier da');
});
