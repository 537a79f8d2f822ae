import { cutText, limits } from '@whisper/shared';

/** A stretch of a text as it is compared, and how it came there. */
export type Token = {
  /** Letters of a script that puts no blanks between words: found at any place, not by their beginning alone. */
  readonly isUnspaced: boolean;
  readonly folded: string;
  /** The place in the text that belongs to a place in `folded`: where the character there begins. */
  placeOf(index: number): number;
};

/** What of a word stands in the index. */
const termLengthMax = 24;

/**
 * By so much of its beginning a word stands in the index, so that what begins like it is found in the order of time. Longer
 * ones, of which many begin alike, stand there as they are besides. Each entry is a good part of what a send costs.
 */
export const beginningLength = 4;
const wholeFrom = 7;

const unspaced =
  '\\p{Script_Extensions=Han}\\p{Script_Extensions=Hiragana}\\p{Script_Extensions=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}\\p{Script=Javanese}\\p{Script=Balinese}\\p{Script=Tai_Tham}\\p{Script=New_Tai_Lue}\\p{Script=Tai_Le}';

/** What draws nothing inside a word: soft hyphens, joiners, the Arabic stretch. */
const ignored = '\\u00AD\\u0640\\u200C\\u200D\\u2060\\uFEFF';

const token = new RegExp(
  `(\\p{Extended_Pictographic}|(?:(?=[\\p{L}\\p{N}\\p{M}])[${unspaced}])+)|(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{M}${ignored}])+`,
  'gu',
);
const asciiToken = /[A-Za-z0-9]+/g;
const letter = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;
const ascii = /^[\0-\x7F]*$/;

/** A character with what belongs to it: marks, voicing signs of half width, the letters of which a Hangul syllable is made. */
const cluster = new RegExp(`[\\u1100-\\u11FF]+|[\\s\\S][\\p{M}\\uFF9E\\uFF9F${ignored}]*`, 'gu');

/** Marks that go with a letter without being one of their own: accents, the vowel points of Hebrew and Arabic. */
const marks = new RegExp(
  `[\\u0300-\\u036F\\u0591-\\u05C7\\u0610-\\u061A\\u064B-\\u065F\\u0670\\u06D6-\\u06ED\\u1AB0-\\u1AFF\\u1DC0-\\u1DFF\\u20D0-\\u20FF\\uFE00-\\uFE0F\\uFE20-\\uFE2F${ignored}]`,
  'gu',
);

/** Letters that have an accent within, or are two, and two forms of one letter. */
const plain: Readonly<Record<string, string>> = {
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ł: 'l',
  ø: 'o',
  ŧ: 't',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ς: 'σ',
};
const special = /[đðħłøŧæœþς]/gu;

/** The form in which words are compared: no case, no accents, no difference of width. */
function fold(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .toUpperCase()
    .toLowerCase()
    .replaceAll(marks, '')
    .replaceAll(special, (found) => plain[found] ?? found)
    .normalize('NFC');
}

/** The words of a text in their order, and of scripts without blanks the stretches between what is no letter. */
export function* tokensOf(text: string): Generator<Token> {
  const isAscii = ascii.test(text);
  for (const { 0: found, 1: run, index: start } of text.matchAll(isAscii ? asciiToken : token)) {
    if (isAscii || ascii.test(found)) yield toAsciiToken(found, start);
    else if (letter.test(found)) yield toToken(found, start, run !== undefined);
  }
}

function toAsciiToken(found: string, start: number): Token {
  return { isUnspaced: false, folded: found.toLowerCase(), placeOf: (index) => start + index };
}

function toToken(found: string, start: number, isUnspaced: boolean): Token {
  let folded = '';
  const places: number[] = [];
  let at = start;
  for (const [part] of found.matchAll(cluster)) {
    const own = fold(part);
    for (let index = 0; index < own.length; index += 1) places.push(at);
    folded += own;
    at += part.length;
  }
  const end = at;
  return { isUnspaced, folded, placeOf: (index) => places[index] ?? end };
}

/**
 * Where words begin in a token, and which: a word in its one place; of a script without blanks every character with the one
 * after it, so that a search finds it anywhere whatever a dictionary takes for a word.
 */
export function wordsOf({ isUnspaced, folded }: Pick<Token, 'isUnspaced' | 'folded'>): string[] {
  if (!isUnspaced) return [beginningOf(folded, termLengthMax)];
  const characters = Array.from(folded);
  return characters.map((character, index) => character + (characters[index + 1] ?? ''));
}

/** What leads to a word that stands in one place: its beginning, and the word itself where that is much more. */
export function leadsOf(word: string): string[] {
  const beginning = beginningOf(word, beginningLength);
  return word.length < wholeFrom ? [beginning] : [beginning, word];
}

function beginningOf(word: string, length: number): string {
  return word.length <= length ? word : cutText(word, length);
}

/**
 * The different words of `searchedWordsOf`, without their places, where all texts are of letters that are compared as they are:
 * most are, and each message that is sent is asked for its words.
 */
export function plainWordsOf(texts: readonly string[]): ReadonlySet<string> | undefined {
  if (!texts.every((text) => ascii.test(text))) return undefined;
  const words = new Set<string>();
  for (const text of texts) {
    for (const found of text.toLowerCase().match(asciiToken) ?? []) {
      const word = beginningOf(found, termLengthMax);
      if (words.size >= limits.searchedWordsMax && !words.has(word)) return words;
      words.add(word);
    }
  }
  return words;
}

export type SearchedWord = {
  readonly word: string;
  readonly token: Token;
  /** Where in the token it begins. */
  readonly index: number;
  /** The text, with its place among those given. */
  readonly inText: number;
};

/** The words of some texts, one after the other, until there are as many different ones as are searched. */
export function* searchedWordsOf(texts: readonly string[]): Generator<SearchedWord> {
  const known = new Set<string>();
  for (const [inText, text] of texts.entries()) {
    for (const each of tokensOf(text)) {
      let index = 0;
      for (const word of wordsOf(each)) {
        if (known.size >= limits.searchedWordsMax && !known.has(word)) return;
        known.add(word);
        yield { word, token: each, index, inText };
        index += each.isUnspaced ? (Array.from(word)[0] ?? '').length : 0;
      }
    }
  }
}
