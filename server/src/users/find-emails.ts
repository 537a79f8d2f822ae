import type { UserId } from '@whisper/shared';
import type { UsersDeps } from './deps.ts';
import { userModel } from './user.model.ts';

/** The addresses of people, in one look-up. For callers who have checked that they may be told. */
export async function findEmails(
  { db }: Pick<UsersDeps, 'db'>,
  userIds: readonly UserId[],
): Promise<ReadonlyMap<UserId, string>> {
  const docs = await userModel(db)
    .find({ _id: { $in: [...new Set(userIds)] } }, { email: 1 })
    .lean();
  return new Map(docs.map(({ _id, email }) => [_id.toHexString() as UserId, email]));
}
