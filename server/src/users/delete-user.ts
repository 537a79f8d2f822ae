import type { UserId } from '@whisper/shared';
import type { UsersDeps } from './deps.ts';
import { userModel } from './user.model.ts';
import { toUser } from './user.view.ts';

/**
 * Empties the person and leaves a tombstone under their id, because chats and messages point at it. It keeps the
 * Clerk id, also of someone never seen here, so that neither a token still valid nor a late event makes them
 * again. Repeating it is harmless.
 */
export async function deleteUser(deps: UsersDeps, clerkId: string): Promise<UserId> {
  const now = new Date(deps.clock.now());
  const tombstone = await userModel(deps.db)
    .findOneAndUpdate(
      { clerkId },
      {
        $set: { name: 'Deleted user', email: '', searchKeys: [], deletedAt: now, profileAt: now },
        $unset: { avatar: 1, lastSeenAt: 1, isHidden: 1 },
      },
      { upsert: true, returnDocument: 'after' },
    )
    .lean();
  deps.tell({ type: 'profileChanged', clerkId });
  deps.viewers.forget(clerkId);
  return toUser(tombstone).id;
}
