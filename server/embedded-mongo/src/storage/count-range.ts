import type { Deadline } from '../pace/deadline.ts';
import { pause, type Steps } from '../pace/pace.ts';
import type { KeyRange, KeyValueReader } from './kv.ts';

/** How many entries the range has, counted inside the store a few milliseconds at a time. */
export function* countInSteps(
  kv: KeyValueReader,
  { lower, upper }: KeyRange,
  deadline: Deadline,
): Steps<number> {
  let count = 0;
  for (let from = lower; ; ) {
    const end = kv.countableUpTo({ lower: from, upper });
    count += kv.countRange({ lower: from, upper: end ?? upper });
    if (!end) return count;
    from = end;
    deadline.tick();
    if (deadline.isPauseDue()) yield pause;
  }
}
