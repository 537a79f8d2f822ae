import type { BlockedPage, ListBlockedInput, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../platform/cursor.ts';
import { blockModel } from './block.model.ts';
import type { UsersDeps } from './deps.ts';
import { findUsers } from './find-users.ts';

const CursorSchema = z.string().regex(/^[0-9a-f]{24}$/);

/** Whom a person blocks, the latest first. */
export async function listBlocked(
  { db }: Pick<UsersDeps, 'db'>,
  viewerId: UserId,
  { cursor, limit }: ListBlockedInput,
): Promise<BlockedPage> {
  const before = cursor ? { _id: { $lt: new Types.ObjectId(decodeCursor(CursorSchema, cursor)) } } : {};
  const docs = await blockModel(db)
    .find({ blocker: new Types.ObjectId(viewerId), ...before })
    .sort({ _id: -1 })
    .limit(limit + 1)
    .lean();
  const page = docs.slice(0, limit);
  const users = await findUsers(
    { db },
    page.map(({ blocked }) => blocked.toHexString() as UserId),
  );
  const last = page.at(-1);
  return {
    blocked: page.flatMap(({ blocked, at }) => {
      const user = users.get(blocked.toHexString() as UserId);
      return user ? [{ user, blockedAt: at }] : [];
    }),
    nextCursor: docs.length > limit && last ? encodeCursor(last._id.toHexString()) : null,
  };
}
