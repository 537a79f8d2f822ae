import type { UserId } from '@whisper/shared';
import { noteDeparture } from './departures.ts';
import type { UsersDeps } from './deps.ts';
import { userModel } from './user.model.ts';
import { toUser } from './user.view.ts';

/**
 * Empties the person and leaves a tombstone under their id until they are erased: from then on neither a token still valid
 * nor a late event makes them again. `isForGood`: nor does a new token. Answers null of someone never seen here. Repeating it
 * is harmless.
 */
export async function deleteUser(
  deps: UsersDeps,
  clerkId: string,
  { isForGood = true } = {},
): Promise<UserId | null> {
  const now = new Date(deps.clock.now());
  await noteDeparture(deps.db, clerkId, { at: now, isForGood });
  const tombstone = await userModel(deps.db)
    .findOneAndUpdate(
      { clerkId },
      {
        $set: { name: 'Deleted user', email: '', searchKeys: [], deletedAt: now, profileAt: now },
        $unset: { avatar: 1, lastSeenAt: 1, isHidden: 1 },
      },
      { returnDocument: 'after' },
    )
    .lean();
  deps.tell({ type: 'profileChanged', clerkId });
  deps.viewers.forget(clerkId);
  return tombstone && toUser(tombstone).id;
}

/** Makes somebody who stands where an erased person was: called "Deleted user", and nobody. Idempotent. */
export async function ensureStandIn({ db, clock }: Pick<UsersDeps, 'db' | 'clock'>, standInId: UserId) {
  const now = new Date(clock.now());
  await userModel(db).updateOne(
    { _id: standInId },
    {
      $setOnInsert: {
        // Nobody signs in by it: Clerk's ids begin with `user_`.
        clerkId: `nobody_${standInId}`,
        name: 'Deleted user',
        email: '',
        searchKeys: [],
        profileAt: now,
        deletedAt: now,
      },
    },
    { upsert: true },
  );
}
