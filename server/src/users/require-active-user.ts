import type { UserId } from '@whisper/shared';
import type { UsersDeps } from './deps.ts';
import { AppError } from '../platform/errors.ts';
import { userModel } from './user.model.ts';

/** NOT_FOUND for an id that never was a person's, and for a person who was deleted. */
export async function requireActiveUser(deps: Pick<UsersDeps, 'db'>, userId: UserId): Promise<void> {
  await requireActiveUsers(deps, [userId]);
}

/** The same when one of them is not there. Each is named once. */
export async function requireActiveUsers(
  { db }: Pick<UsersDeps, 'db'>,
  userIds: readonly UserId[],
): Promise<void> {
  if (userIds.length === 0) return;
  const found = await userModel(db).countDocuments({
    _id: { $in: [...userIds] },
    deletedAt: { $exists: false },
  });
  if (found < userIds.length) throw new AppError('NOT_FOUND', 'User not found');
}
