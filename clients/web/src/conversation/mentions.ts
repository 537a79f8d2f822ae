import type { User, UserId } from '@whisper/shared';

/** Somebody who may be mentioned. */
export type Person = Pick<User, 'id' | 'name' | 'avatar'>;

/** What is being typed behind an `@`, and where that stands. */
export type MentionQuery = { readonly from: number; readonly to: number; readonly word: string };

const beforeCaret = /(?<=^|[\s(])@([^\s@]{0,40})$/u;
const offeredMax = 6;

/** The beginning of a mention that ends at the caret; null when there is none. */
export function findMentionQuery(text: string, caret: number): MentionQuery | null {
  const found = beforeCaret.exec(text.slice(0, caret));
  return found && { from: found.index, to: caret, word: found[1] ?? '' };
}

/** Those whose name, or one of its words, begins with what was typed; whose name does comes first. */
export function offerPeople(people: readonly Person[], word: string): Person[] {
  const wanted = fold(word);
  const rankOf = ({ name }: Person) => {
    if (fold(name).startsWith(wanted)) return 0;
    return fold(name)
      .split(/\s+/)
      .some((part) => part.startsWith(wanted))
      ? 1
      : 2;
  };
  return people
    .filter((person) => rankOf(person) < 2)
    .sort((one, other) => rankOf(one) - rankOf(other))
    .slice(0, offeredMax);
}

/** Those whose whole name stands behind an `@` in the text. */
export function mentionedIn(text: string, people: readonly Person[]): UserId[] {
  const found = new Set(
    splitMentions(
      text,
      people.map(({ name }) => name),
    ).flatMap(({ name }) => name ?? []),
  );
  return people.filter(({ name }) => found.has(name)).map(({ id }) => id);
}

type Piece = { readonly text: string; readonly name: string | null };

/** A text as mentions of these names and what stands between them. A longer name goes before its beginning. */
export function splitMentions(text: string, names: readonly string[]): Piece[] {
  if (names.length === 0 || !text.includes('@')) return [{ text, name: null }];
  const byLength = names.toSorted((one, other) => other.length - one.length).map(escape);
  const mention = new RegExp(`(?<![\\p{L}\\p{N}])@(${byLength.join('|')})(?![\\p{L}\\p{N}])`, 'gu');
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(mention)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), name: null });
    pieces.push({ text: match[0], name: match[1] ?? '' });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), name: null });
  return pieces;
}

function escape(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** As the server compares names. */
function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
