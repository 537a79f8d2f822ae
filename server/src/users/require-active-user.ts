import type { UserId } from '@whisper/shared';
import type { UsersDeps } from './deps.ts';
import { AppError } from '../platform/errors.ts';
import { userModel } from './user.model.ts';

/** NOT_FOUND for an id that never was a person's, and for a person who was deleted. */
export async function requireActiveUser({ db }: Pick<UsersDeps, 'db'>, userId: UserId): Promise<void> {
  const found = await userModel(db).exists({ _id: userId, deletedAt: { $exists: false } });
  if (!found) throw new AppError('NOT_FOUND', 'User not found');
}
