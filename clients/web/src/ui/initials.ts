const tintCount = 6;

/** The first letters of the first and the last word: at most two, whatever script they are in. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen.map((word = '') => firstLetterOf(word).toUpperCase()).join('');
}

/** Always the same one of a few tints, so that people are told apart at a glance. */
export function tintOf(name: string): number {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + char.charCodeAt(0)) % 9973;
  return sum % tintCount;
}

function firstLetterOf(word: string): string {
  return /\p{L}\p{M}*|\p{N}|./u.exec(word)?.[0] ?? '';
}
