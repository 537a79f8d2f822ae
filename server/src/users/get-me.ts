import type { Me, UserId } from '@whisper/shared';
import type { UsersDeps } from './deps.ts';
import { AppError } from '../platform/errors.ts';
import { userModel } from './user.model.ts';
import { toMe } from './user.view.ts';

/** The signed-in person as stored now; UNAUTHORIZED once they were deleted. */
export async function getMe({ db }: Pick<UsersDeps, 'db'>, viewerId: UserId): Promise<Me> {
  const doc = await userModel(db).findOne({ _id: viewerId, deletedAt: null }).lean();
  if (!doc) throw new AppError('UNAUTHORIZED', 'This account was deleted');
  return toMe(doc);
}
