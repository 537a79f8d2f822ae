import { UserIdSchema, type ListUsersInput, type UserId, type UserPage } from '@whisper/shared';
import { Types } from 'mongoose';
import type { UsersDeps } from './deps.ts';
import { decodeCursor, encodeCursor } from '../platform/cursor.ts';
import { addressIn, toSearchKey } from './search-keys.ts';
import { userModel } from './user.model.ts';
import { toUser } from './user.view.ts';

/**
 * Everybody but the viewer and the deleted, oldest account first; with a query, those of whose name or of one of its words
 * it is the beginning, or whose e-mail address it is.
 */
export async function listUsers(
  { db }: Pick<UsersDeps, 'db'>,
  viewerId: UserId,
  { query = '', cursor, limit }: ListUsersInput,
): Promise<UserPage> {
  const address = addressIn(query);
  const prefix = address === undefined ? toSearchKey(query) : '';
  const found = userModel(db)
    .find({
      _id: idsAfter(viewerId, cursor),
      deletedAt: null,
      ...(address === undefined ? startingWith(prefix) : { email: address }),
    })
    .sort({ _id: 1 })
    .limit(limit + 1);
  // Whom the query does not fit is not looked at, however short it is.
  if (prefix) found.hint({ searchKeys: 1 });
  const docs = await found.lean();
  const users = docs.slice(0, limit).map(toUser);
  const last = users.at(-1);
  return { users, nextCursor: docs.length > limit && last ? encodeCursor(last.id) : null };
}

function idsAfter(viewerId: UserId, cursor: string | null | undefined) {
  const isOther = { $ne: new Types.ObjectId(viewerId) };
  return cursor ? { ...isOther, $gt: new Types.ObjectId(decodeCursor(UserIdSchema, cursor)) } : isOther;
}

/** An anchored, case-sensitive expression of plain text: a range of the index, met by one key of the array. */
function startingWith(prefix: string) {
  return prefix ? { searchKeys: new RegExp(`^${prefix.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`) } : {};
}
