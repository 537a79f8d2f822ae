/** What makes two opens of a direct chat one: both ids, the lower one first. */
export function pairKeyOf(one: string, other: string): string {
  return [one, other].sort().join(':');
}
