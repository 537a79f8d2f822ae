import type { TextRange } from '@whisper/shared';

type Cut = { readonly text: string; readonly ranges: readonly TextRange[] };

/** What stands before the first place that is highlighted, at most, and how much is shown in all. */
const beforeMax = 40;
const lengthMax = 200;

/** The part of a text around the first place that is highlighted, on one line; cut between words where there are some. */
export function cutAround(text: string, ranges: readonly TextRange[]): Cut {
  const first = ranges[0]?.start ?? 0;
  const start = first <= beforeMax ? 0 : startAfter(text, first - beforeMax, first);
  const end = Math.min(text.length, start + lengthMax);
  const lead = start > 0 ? '…' : '';
  const shift = lead.length - start;
  const shown = text
    .slice(start, end)
    .replaceAll(/\s/gu, ' ')
    .replace(/\p{Surrogate}$/u, '');
  return {
    text: `${lead}${shown}${end < text.length ? '…' : ''}`,
    ranges: ranges
      .filter((range) => range.end <= start + shown.length)
      .map((range) => ({ start: range.start + shift, end: range.end + shift })),
  };
}

/** After a blank between the two places; else at the first one, and never within a character. */
function startAfter(text: string, from: number, until: number): number {
  const blank = text.slice(from, until).search(/\s/u);
  if (blank >= 0) return from + blank + 1;
  return /^\p{Surrogate}/u.test(text.slice(from)) ? from + 1 : from;
}
