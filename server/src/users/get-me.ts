import type { Me } from '@whisper/shared';
import type { Identity, Viewer } from '../identity/viewer.ts';
import type { UsersDeps } from './deps.ts';
import { AppError } from '../platform/errors.ts';
import { userModel } from './user.model.ts';
import { toMe } from './user.view.ts';

type Asking = { readonly viewer: Viewer; readonly identity: Identity | null };

/** The signed-in person as stored now; UNAUTHORIZED once they were deleted. */
export async function getMe({ db }: Pick<UsersDeps, 'db'>, { viewer, identity }: Asking): Promise<Me> {
  const doc = await userModel(db).findOne({ _id: viewer.id, deletedAt: null }).lean();
  if (!doc) throw new AppError('UNAUTHORIZED', 'This account was deleted');
  return { ...toMe(doc), ...(identity?.isModerator && { isModerator: true }) };
}
