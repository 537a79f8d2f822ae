import { deleteUser } from '../users/delete-user.ts';
import type { OwnDataDeps } from './deps.ts';

/** The directory says that somebody is gone: nobody comes under that Clerk id again, and what was theirs is erased. Idempotent. */
export async function eraseUser(deps: OwnDataDeps, clerkId: string): Promise<void> {
  const userId = await deleteUser(deps, clerkId);
  if (!userId) return;
  deps.closeUser(userId, 'userDeleted');
  await deps.erasures.begin({ userId, clerkId, isForGood: true });
}
