import type { Deadline } from '../pace/deadline.ts';
import { pause, type Steps } from '../pace/pace.ts';
import type { KeyRange, KeyValueReader } from './kv.ts';

const countedAtOnce = 4_000;

/** How many entries the range has, counted inside the store some thousand at a time. */
export function* countInSteps(
  kv: KeyValueReader,
  { lower, upper }: KeyRange,
  deadline: Deadline,
): Steps<number> {
  let count = 0;
  for (let from = lower; ; ) {
    const [next] = kv.range({ lower: from, upper, offset: countedAtOnce, limit: 1 });
    if (!next) return count + kv.countRange({ lower: from, upper });
    count += countedAtOnce;
    from = next.key;
    deadline.tick();
    if (deadline.isPauseDue()) yield pause;
  }
}
