import type { ChatPage, ListChatsInput, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { z } from 'zod';
import type { ChatsDeps } from './deps.ts';
import { decodeCursor, encodeCursor } from '../platform/cursor.ts';
import type { ChatDoc } from './chat.model.ts';
import { findApartMembers } from './find-members.ts';
import { findApart } from './part-ways.ts';
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
  const apart = await findApartMembers(deps.db, viewerId);
  const isApart = [...apart.keys()].map((id) => new Types.ObjectId(id));
  const found = await chats
    .find({
      participants: viewer,
      ...(isApart.length > 0 && { _id: { $nin: isApart } }),
      $and: [{ $or: [{ lastSeq: { $gt: 0 } }, { openedBy: viewer }] }, afterCursor(cursor)],
    })
    .sort({ lastMessageAt: -1, _id: -1 })
    .limit(limit + 1)
    .lean();
  const docs = apart.size === 0 ? found : withApart(found, await findApart(deps, apart), { viewer, cursor });
  const page = docs.slice(0, limit);
  const last = page.at(-1);
  return {
    chats: await showChats(deps, viewerId, page),
    nextCursor: docs.length > limit && last ? toCursor(last) : null,
  };
}

type Listed = { readonly viewer: Types.ObjectId; readonly cursor: string | null | undefined };

/** Chats with people whom the person blocks stand where their newest shown message puts them; there are few of them. */
function withApart(
  found: readonly ChatDoc[],
  apart: readonly ChatDoc[],
  { viewer, cursor }: Listed,
): ChatDoc[] {
  const [at, id] = cursor ? decodeCursor(CursorSchema, cursor) : [Number.POSITIVE_INFINITY, ''];
  const isListed = ({ lastSeq, openedBy }: ChatDoc) =>
    lastSeq > 0 || openedBy.some((opener) => opener.equals(viewer));
  const isAfter = ({ lastMessageAt, _id }: ChatDoc) =>
    lastMessageAt.getTime() < at || (lastMessageAt.getTime() === at && _id.toHexString() < id);
  return [...found, ...apart.filter((doc) => isListed(doc) && isAfter(doc))].sort(
    (one, other) =>
      other.lastMessageAt.getTime() - one.lastMessageAt.getTime() ||
      (other._id.toHexString() < one._id.toHexString() ? -1 : 1),
  );
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
