import { UserIdSchema } from '@whisper/shared';
import { expect, it } from 'vitest';
import { findMentionQuery, mentionedIn, offerPeople, splitMentions, type Person } from './mentions.ts';

const person = (name: string, digit: string): Person => ({
  id: UserIdSchema.parse(digit.repeat(24)),
  name,
  avatar: null,
});
const ann = person('Ann', 'a');
const annLee = person('Ann Lee', 'b');
const zoe = person('Zo\u00eb (C++)', 'c');
const people = [annLee, zoe, ann];

it('finds what is typed behind an @ up to the caret, and none in an address', () => {
  expect(findMentionQuery('hi @an', 6)).toEqual({ from: 3, to: 6, word: 'an' });
  expect(findMentionQuery('@', 1)).toEqual({ from: 0, to: 1, word: '' });
  expect(findMentionQuery('@an and more', 3)).toEqual({ from: 0, to: 3, word: 'an' });
  for (const text of ['me@an', 'an', '@an ', '@@'])
    expect(findMentionQuery(text, text.length), text).toBe(null);
});

it('offers those whose names, or a word of them, begin with it', () => {
  expect(offerPeople(people, 'AN')).toEqual([annLee, ann]);
  expect(offerPeople(people, 'lee')).toEqual([annLee]);
  expect(offerPeople(people, 'zoe\u0308')).toEqual([zoe]);
  expect(offerPeople(people, '')).toHaveLength(3);
});

it('takes the whole name, the longest one, and nothing inside of a word', () => {
  expect(mentionedIn('for @Ann Lee, not @Anna or x@Ann', people)).toEqual([annLee.id]);
  expect(mentionedIn('@Ann and @Zo\u00eb (C++)!', people)).toEqual([zoe.id, ann.id]);
  expect(splitMentions('so @Ann, yes', ['Ann'])).toEqual([
    { text: 'so ', name: null },
    { text: '@Ann', name: 'Ann' },
    { text: ', yes', name: null },
  ]);
});
