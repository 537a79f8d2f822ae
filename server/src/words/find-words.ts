import { anyTerm } from './terms.ts';
import { beginningLength, leadsOf, searchedWordsOf, tokensOf, wordsOf } from './words.ts';

/** What a text is searched for: a word by its beginning, or letters of a script without blanks wherever they stand. */
export type Needle = { readonly folded: string; readonly isUnspaced: boolean };

/** Where in a text something was found, in code units. */
export type Range = { readonly start: number; readonly end: number };

/** Ranges told of one text. */
const rangesMax = 50;

/** The words of a search, each once; a text fits that holds all of them. */
export function needlesOf(query: string): Needle[] {
  const needles = new Map<string, Needle>();
  for (const { folded, isUnspaced } of tokensOf(query)) needles.set(folded, { folded, isUnspaced });
  return [...needles.values()].filter(({ folded }) => folded !== '');
}

/**
 * Where the first of the texts holds the words, in order; undefined unless each is in one of them. This, and not the index,
 * decides.
 */
export function findWords(texts: readonly string[], needles: readonly Needle[]): Range[] | undefined {
  const missing = new Set(needles);
  const ranges: Range[] = [];
  for (const { token, index, inText } of searchedWordsOf(texts)) {
    for (const needle of needles) {
      if (needle.isUnspaced !== token.isUnspaced || !token.folded.startsWith(needle.folded, index)) continue;
      missing.delete(needle);
      const end = token.placeOf(index + needle.folded.length);
      if (inText === 0 && ranges.length < rangesMax) ranges.push({ start: token.placeOf(index), end });
    }
  }
  return missing.size === 0 ? joined(ranges) : undefined;
}

function joined(ranges: readonly Range[]): Range[] {
  const found: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = found.at(-1);
    if (last && range.start < last.end) found.splice(-1, 1, { ...last, end: Math.max(last.end, range.end) });
    else found.push(range);
  }
  return found;
}

/** How the index leads to what holds a needle. */
export type Lead = {
  /** Terms that only such messages have, or few others. */
  readonly near: string | RegExp;
  /** A term that each of them has. */
  readonly far: string;
};

/** Of the words that are looked for the longest leads to the fewest messages. */
export function leadOf(needles: readonly Needle[]): Lead {
  const leads = needles.map(leadOfOne).toSorted((a, b) => lengthOf(b) - lengthOf(a));
  return leads[0] ?? { near: anyTerm, far: anyTerm };
}

function leadOfOne({ folded, isUnspaced }: Needle): Lead {
  const [word = ''] = wordsOf({ folded, isUnspaced });
  const characters = Array.from(folded).length;
  if (isUnspaced) {
    return characters > 1 ? { near: word, far: word } : { near: toBeginning(word), far: anyTerm };
  }
  if (word.length < beginningLength) return { near: toBeginning(word), far: anyTerm };
  const [beginning = word, whole] = leadsOf(word);
  return { near: whole === undefined ? beginning : toBeginning(whole), far: beginning };
}

/** Words are letters and digits alone, so nothing in them means something else in an expression. */
function toBeginning(word: string): RegExp {
  return new RegExp(`^${word}`);
}

function lengthOf({ near }: Lead): number {
  return typeof near === 'string' ? near.length : near.source.length;
}
