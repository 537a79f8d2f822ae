import { pause, type Steps } from '../pace/pace.ts';
import type { NewDocument } from '../storage/collection.ts';
import { StagedChange } from '../storage/staged-change.ts';
import type { PackedKeys } from '../storage/packed-keys.ts';
import {
  compileSelection,
  currentTarget,
  findAll,
  requireSame,
  type Selecting,
  type Target,
} from './select-targets.ts';

/** What becomes of a document; undefined: it goes. */
type Decide<T extends NewDocument | undefined> = (target: Target) => T | 'unchanged';
type Changed = { readonly matched: number; readonly modified: number };

/** Up to how many documents a statement changes in one commit. */
const changedAtOnce = 1_000;

/**
 * Finds all matches before the first is changed, so that the walk does not meet a changed document again; then changes
 * those that still match.
 */
export function* changeEach(
  selecting: Selecting,
  decide: Decide<NewDocument> | Decide<undefined>,
): Steps<Changed> {
  const keys = yield* findAll(selecting);
  if (keys.count > changedAtOnce) return yield* changeMany(selecting, keys, decide);
  const { collection, scope } = selecting;
  const filter = compileSelection(selecting.selection);
  let [matched, modified] = [0, 0];
  scope.store.executor.savepoint(() => {
    for (const idKey of keys) {
      scope.deadline.tick();
      const target = currentTarget(selecting, filter, idKey);
      const after = target ? decide(target) : 'unchanged';
      if (target) matched += 1;
      if (!target || after === 'unchanged') continue;
      modified += 1;
      if (after) collection.replace(target, after);
      else collection.remove(target);
    }
  });
  return { matched, modified };
}

/** Changes them beside what others see, with pauses; then makes all of it visible at once. */
function* changeMany(
  selecting: Selecting,
  keys: PackedKeys,
  decide: Decide<NewDocument> | Decide<undefined>,
): Steps<Changed> {
  const { collection, scope } = selecting;
  yield* collection.untilIdle(scope.deadline);
  requireSame(selecting);
  const filter = compileSelection(selecting.selection);
  const staging = new StagedChange();
  collection.beginStaging(staging);
  try {
    for (let ids: Iterable<Buffer> | undefined = keys; ids; ids = staging.takeTouched()) {
      for (const idKey of ids) {
        scope.deadline.tick();
        const target = collection.isStaged(idKey) ? undefined : currentTarget(selecting, filter, idKey);
        const after = target && decide(target);
        if (after === 'unchanged') staging.unchangedCount += 1;
        else if (target) collection.stage(target, after);
        if (!scope.deadline.isPauseDue()) continue;
        yield pause;
        requireSame(selecting);
      }
    }
    collection.publish(staging);
  } finally {
    collection.endStaging();
    scope.store.settle(collection, keys);
  }
  return { matched: staging.count + staging.unchangedCount, modified: staging.count };
}
