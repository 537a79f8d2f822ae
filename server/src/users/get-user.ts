import type { User, UserId } from '@whisper/shared';
import type { UsersDeps } from './deps.ts';
import { AppError } from '../platform/errors.ts';
import { userModel } from './user.model.ts';
import { toUser } from './user.view.ts';

/** A person by id, the deleted as "Deleted user"; NOT_FOUND when the id never was a person's. */
export async function getUser({ db }: Pick<UsersDeps, 'db'>, userId: UserId): Promise<User> {
  const doc = await userModel(db).findById(userId).lean();
  if (!doc) throw new AppError('NOT_FOUND', 'User not found');
  return toUser(doc);
}
