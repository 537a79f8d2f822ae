/** Characters of text after which a page ends early: a batch may ask for fifty pages at once. */
export const pageTextMax = 256 * 1024;

type WithText = { readonly text: string };

/** The start of what was found that fits a page: `limit` at most, fewer when the texts are long, one at least. */
export function cutPage<T extends WithText>(found: readonly T[], limit: number): T[] {
  let length = 0;
  const end = found.findIndex(({ text }, index) => {
    length += text.length;
    return index >= limit || (index > 0 && length > pageTextMax);
  });
  return found.slice(0, end === -1 ? found.length : end);
}

export function textLengthOf(found: readonly WithText[]): number {
  return found.reduce((sum, { text }) => sum + text.length, 0);
}
