import type { UsersDeps } from './deps.ts';
import { userModel } from './user.model.ts';
import { toViewer } from './user.view.ts';

/** Whether a person's presence is hidden from everybody; when they were last seen is forgotten with it. */
export async function setHidden(
  { db, viewers, tell }: Pick<UsersDeps, 'db' | 'viewers' | 'tell'>,
  clerkId: string,
  isHidden: boolean,
): Promise<void> {
  const change = isHidden
    ? { $set: { isHidden }, $unset: { lastSeenAt: 1 } }
    : { $unset: { isHidden: 1, lastSeenAt: 1 } };
  const doc = await userModel(db)
    .findOneAndUpdate({ clerkId, deletedAt: null }, change, { returnDocument: 'after' })
    .lean();
  if (!doc) return;
  tell({ type: 'profileChanged', clerkId });
  viewers.renew(toViewer(doc));
}
