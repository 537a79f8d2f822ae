import { UserIdSchema, type ListUsersInput, type UserId, type UserPage } from '@whisper/shared';
import { Types } from 'mongoose';
import type { AppContext } from '../app-context.ts';
import { decodeCursor, encodeCursor } from '../platform/cursor.ts';
import { toSearchKey } from './search-keys.ts';
import { userModel } from './user.model.ts';
import { toUser } from './user.view.ts';

/** Sorts after every string that begins with the same characters. */
const lastCharacter = '\u{10FFFF}';

/** Everybody but the viewer and the deleted, oldest account first; with a query, whom it is the beginning of. */
export async function listUsers(
  { db }: Pick<AppContext, 'db'>,
  viewerId: UserId,
  { query, cursor, limit }: ListUsersInput,
): Promise<UserPage> {
  const docs = await userModel(db)
    .find({ _id: idsAfter(viewerId, cursor), deletedAt: null, ...startingWith(query) })
    .sort({ _id: 1 })
    .limit(limit + 1)
    .lean();
  const users = docs.slice(0, limit).map(toUser);
  const last = users.at(-1);
  return { users, nextCursor: docs.length > limit && last ? encodeCursor(last.id) : null };
}

function idsAfter(viewerId: UserId, cursor: string | null | undefined) {
  const isOther = { $ne: new Types.ObjectId(viewerId) };
  return cursor ? { ...isOther, $gt: new Types.ObjectId(decodeCursor(UserIdSchema, cursor)) } : isOther;
}

/** $elemMatch, because without it each bound could be met by another key of the array. */
function startingWith(query: string | undefined) {
  const prefix = toSearchKey(query ?? '');
  return prefix ? { searchKeys: { $elemMatch: { $gte: prefix, $lt: prefix + lastCharacter } } } : {};
}
