import type { Deadline } from './deadline.ts';
import { pause, type Steps } from './pace.ts';

const sortedAtOnce = 256;

type Row = NonNullable<unknown> | null;
type Compare<T> = (a: T, b: T) => number;

/** The same rows in order, equal ones as they came; a long list is sorted in parts that are then merged. */
export function* sortInSteps<T extends Row>(
  rows: readonly T[],
  compare: Compare<T>,
  deadline: Deadline,
): Steps<T[]> {
  let sorted: T[][] = [];
  for (let at = 0; at < rows.length; at += sortedAtOnce) {
    sorted.push(rows.slice(at, at + sortedAtOnce).sort(compare));
    if (deadline.isPauseDue()) yield pause;
  }
  while (sorted.length > 1) {
    const merged: T[][] = [];
    for (let at = 0; at < sorted.length; at += 2) {
      merged.push(yield* merge(sorted.slice(at, at + 2), compare, deadline));
    }
    sorted = merged;
  }
  return sorted[0] ?? [];
}

function* merge<T extends Row>(
  [left = [], right = []]: readonly T[][],
  compare: Compare<T>,
  deadline: Deadline,
): Steps<T[]> {
  const merged: T[] = [];
  let at = 0;
  for (const next of right) {
    for (let row = left[at]; row !== undefined && compare(row, next) <= 0; row = left[at]) {
      merged.push(row);
      at += 1;
    }
    merged.push(next);
    if (deadline.isPauseDue()) yield pause;
  }
  return merged.concat(left.slice(at));
}
