import type { User, UserId } from '@whisper/shared';
import type { UsersDeps } from './deps.ts';
import { userModel } from './user.model.ts';
import { toUser } from './user.view.ts';

/** The people with these ids, in one look-up; ids that never were a person's are absent. */
export async function findUsers(
  { db }: Pick<UsersDeps, 'db'>,
  userIds: readonly UserId[],
): Promise<Map<UserId, User>> {
  const ids = [...new Set(userIds)];
  if (ids.length === 0) return new Map();
  const docs = await userModel(db)
    .find({ _id: { $in: ids } })
    .lean();
  return new Map(docs.map(toUser).map((user) => [user.id, user]));
}
