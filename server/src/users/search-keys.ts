import { limits } from '@whisper/shared';

/** Bounds what one person's name may add to the index. */
const keysMax = 16;

/** Every string a person is found by when a search is its beginning. */
export function searchKeysOf({ name, email }: { readonly name: string; readonly email: string }): string[] {
  const keys = [name, ...name.split(/\s+/), email].map(toSearchKey);
  return [...new Set(keys)].filter((key) => key !== '').slice(0, keysMax);
}

/** Text as the index holds it: composed, lower-cased, no longer than a query may be. */
export function toSearchKey(text: string): string {
  return text.trim().normalize('NFC').toLowerCase().slice(0, limits.queryLengthMax);
}
