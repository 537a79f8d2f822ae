import type { UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { UsersDeps } from './deps.ts';
import { userModel } from './user.model.ts';

/** Those of these people of whom nobody is told whether they are there. */
export async function findHidden(
  { db }: Pick<UsersDeps, 'db'>,
  userIds: readonly UserId[],
): Promise<UserId[]> {
  const ids = userIds.map((id) => new Types.ObjectId(id));
  const docs = await userModel(db)
    .find({ _id: { $in: ids }, isHidden: true }, { _id: 1 })
    .lean();
  return docs.map(({ _id }) => _id.toHexString() as UserId);
}
