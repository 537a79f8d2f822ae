import type { Me, UserId } from '@whisper/shared';
import type { Identity } from '../identity/viewer.ts';
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

/** The same, and whether they are a moderator. */
export async function showMe(deps: Pick<UsersDeps, 'db'>, identity: Identity): Promise<Me> {
  const me = await getMe(deps, identity.viewer.id);
  return identity.isModerator ? { ...me, isModerator: true } : me;
}
