import type { UserId } from '@whisper/shared';
import type { UsersDeps } from './deps.ts';
import { userModel } from './user.model.ts';
import { toUser } from './user.view.ts';

/** The id of the person with that Clerk id; null when they were never here. */
export async function findUserId({ db }: Pick<UsersDeps, 'db'>, clerkId: string): Promise<UserId | null> {
  const doc = await userModel(db).findOne({ clerkId }).lean();
  return doc && toUser(doc).id;
}
