import { describe, expect, test } from 'vitest';
import { findWords, leadOf, needlesOf } from './find-words.ts';
import { termsOf } from './terms.ts';

/** What of the text is found, as it stands there; undefined when the text does not fit. */
function found(text: string, query: string): string[] | undefined {
  return findWords([text], needlesOf(query))?.map(({ start, end }) => text.slice(start, end));
}

describe('a search', () => {
  test.each([
    ['Hello world', 'hello', ['Hello']],
    ['Hello world', 'wor', ['wor']],
    ['Hello world', 'wor hel', ['Hel', 'wor']],
    ['Hello world', 'orl', undefined],
    ['Hello world', 'hello moon', undefined],
    ['Crème brûlée', 'creme BRULEE', ['Crème', 'brûlée']],
    ['creme brulee', 'Crème', ['creme']],
    ['Cre\u0301me', 'crem', ['Cre\u0301m']],
    ['Die STRASSE', 'straße', ['STRASSE']],
    ['Istanbul İstanbul ıstanbul', 'istan', ['Istan', 'İstan', 'ıstan']],
    ['Łódź, smørrebrød, Ærø', 'lodz smorre aero', ['Łódź', 'smørre', 'Ærø']],
    ['ＡＢＣ １２３', 'abc 12', ['ＡＢＣ', '１２']],
    ['οδός ΟΔΟΣ', 'οδοσ', ['οδός', 'ΟΔΟΣ']],
    ['Ёлка', 'елк', ['Ёлк']],
    ['can’t touch-this@example.test', 'touch example', ['touch', 'example']],
    ['co\u00ADoperate', 'coop', ['co\u00ADop']],
  ])('of spaced letters: %j for %j', (text, query, expected) => {
    expect(found(text, query)).toEqual(expected);
  });

  test.each([
    ['今天天气很好', '天气', ['天气']],
    ['今天天气很好', '气很好', ['气很好']],
    ['今天天气很好', '好', ['好']],
    ['今天天气很好', '好天', undefined],
    ['東京タワーに行く', 'タワー', ['タワー']],
    ['ｶﾞｷﾞ', 'ギ', ['ｷﾞ']],
    ['かがく', 'かく', undefined],
    ['สวัสดีครับ', 'ดีครับ', ['ดีครับ']],
    ['ສະບາຍດີ', 'ບາຍ', ['ບາຍ']],
    ['العَرَبِيَّة', 'العربية', ['العَرَبِيَّة']],
    ['أحمد', 'احمد', ['أحمد']],
    ['שָׁלוֹם', 'שלום', ['שָׁלוֹם']],
    ['हिन्दी में', 'हिन्', ['हिन्']],
    ['한국어 하늘', '하', ['하']],
    ['\u1112\u1161\u11AB\u1100\u116E\u11A8', '한국', ['\u1112\u1161\u11AB\u1100\u116E\u11A8']],
    ['iPhone手机', '手机 iph', ['iPh', '手机']],
    ['yes👍🏽yes', '👍', ['👍']],
  ])('of other letters: %j for %j', (text, query, expected) => {
    expect(found(text, query)).toEqual(expected);
  });

  test('of nothing but signs is a search for no word', () => {
    expect(needlesOf('!? … --')).toEqual([]);
  });

  test.each([...['hello', 'hell', 'hel', 'h', 'garden', 'gardeni', 'gardening', '天气很', '好', 'ดี', '👍']])(
    'for %j is led by the index',
    (query) => {
      const terms = termsOf({ text: 'Hello gardening 今天天气很好 สวัสดี 👍' }) ?? [];
      const { near, far } = leadOf(needlesOf(query));
      expect(terms).toContain(far);
      expect(terms.some((term) => (typeof near === 'string' ? term === near : near.test(term)))).toBe(true);
    },
  );
});

test('a long message has a bounded number of terms, and is found by its beginning', () => {
  const words = Array.from({ length: 1_000 }, (_, index) => `word${index}x`);
  const text = words.join(' ');
  expect(termsOf({ text })?.length).toBeLessThan(900);
  expect(found(text, 'word399x')).toEqual(['word399x']);
  expect(found(text, 'word400x')).toBeUndefined();
});

test('a text of plain letters has the terms that it has beside others', () => {
  const text = 'Do not re-SEND this_file2 twice: v10, v10; AAAAbbbbccccddddeeeeffffgggghhhh';
  expect([...(termsOf({ text }) ?? []), 'e']).toEqual(termsOf({ text: `${text} é` }));
});

test('what was deleted and what the system says has no terms', () => {
  expect(termsOf({ text: '', deletedAt: new Date(0) })).toBeUndefined();
  expect(termsOf({ text: 'x', system: {} })).toBeUndefined();
});
