import type { ChatPage, ListChatsInput, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { z } from 'zod';
import type { ChatsDeps } from './deps.ts';
import { decodeCursor, encodeCursor } from '../platform/cursor.ts';
import type { ChatDoc } from './chat.model.ts';
import { settledChats } from './settled-chats.ts';
import { showChats } from './show-chats.ts';

/** The last moment that a Date can name. */
const timeMsMax = 8.64e15;

const CursorSchema = z.tuple([z.int().min(0).max(timeMsMax), z.string().regex(/^[0-9a-f]{24}$/)]);

/** The person's chats, the one with the newest message first; of those without a message, the ones this person opened. */
export async function listChats(
  deps: ChatsDeps,
  viewerId: UserId,
  { cursor, limit }: ListChatsInput,
): Promise<ChatPage> {
  const chats = await settledChats(deps);
  const viewer = new Types.ObjectId(viewerId);
  const docs = await chats
    .find({
      participants: viewer,
      $and: [{ $or: [{ lastSeq: { $gt: 0 } }, { openedBy: viewer }] }, afterCursor(cursor)],
    })
    .sort({ lastMessageAt: -1, _id: -1 })
    .limit(limit + 1)
    .lean();
  const page = docs.slice(0, limit);
  const last = page.at(-1);
  return {
    chats: await showChats(deps, viewerId, page),
    nextCursor: docs.length > limit && last ? toCursor(last) : null,
  };
}

function afterCursor(cursor: string | null | undefined) {
  if (!cursor) return {};
  const [at, id] = decodeCursor(CursorSchema, cursor);
  const lastMessageAt = new Date(at);
  return {
    lastMessageAt: { $lte: lastMessageAt },
    $or: [{ lastMessageAt: { $lt: lastMessageAt } }, { _id: { $lt: new Types.ObjectId(id) } }],
  };
}

function toCursor(doc: ChatDoc): string {
  return encodeCursor([doc.lastMessageAt.getTime(), doc._id.toHexString()]);
}
