import type { UserId } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { userModel } from './user.model.ts';
import { toUser } from './user.view.ts';

/**
 * Empties the person and leaves a tombstone under their id, because chats and messages point at it. It keeps the
 * Clerk id, also of someone never seen here, so that neither a token still valid nor a late event makes them
 * again. Repeating it is harmless.
 */
export async function deleteUser(
  app: Pick<AppContext, 'db' | 'people' | 'clock'>,
  clerkId: string,
): Promise<UserId> {
  const now = new Date(app.clock.now());
  const tombstone = await userModel(app.db)
    .findOneAndUpdate(
      { clerkId },
      {
        $set: { name: 'Deleted user', email: '', searchKeys: [], deletedAt: now, profileAt: now },
        $unset: { avatar: 1 },
      },
      { upsert: true, returnDocument: 'after' },
    )
    .lean();
  app.people.forget(clerkId);
  return toUser(tombstone).id;
}
