import { cutText, limits, toComparable } from '@whisper/shared';

/** Bounds what one person's name may add to the index. */
const keysMax = 16;

/** Every string a person is found by when a search is its beginning: the name and each of its words. */
export function searchKeysOf(name: string): string[] {
  const whole = toComparable(name);
  const keys = [whole, ...whole.split(' ')].map(toSearchKey);
  return [...new Set(keys)].filter((key) => key !== '').slice(0, keysMax);
}

/** Text as the index holds it: in the form that compares, no longer than a query may be. */
export function toSearchKey(text: string): string {
  return cutText(toComparable(text), limits.queryLengthMax);
}

/** The address when the search is a whole one. By their beginnings, addresses could be listed letter by letter. */
export function addressIn(query: string): string | undefined {
  const address = toComparable(query);
  return /^[^\s@]+@[^\s@]+$/.test(address) ? address : undefined;
}
