import type { ChatId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { ChatsDeps } from './deps.ts';
import { requireSettledChats } from './settled-chats.ts';

type ActiveSince = { readonly since: Date; readonly limit: number };

/**
 * The person's chats in which something was sent at or after a moment, newest first. Throws SERVICE_UNAVAILABLE
 * while that is not written down: what is missing here would be taken for read.
 */
export async function listActiveChats(
  deps: Pick<ChatsDeps, 'db' | 'lastMessages'>,
  userId: UserId,
  { since, limit }: ActiveSince,
): Promise<ChatId[]> {
  const chats = await requireSettledChats(deps);
  const docs = await chats
    .find({ participants: new Types.ObjectId(userId), lastMessageAt: { $gte: since } }, { _id: 1 })
    .sort({ lastMessageAt: -1 })
    .limit(limit)
    .lean();
  return docs.map((doc) => doc._id.toHexString() as ChatId);
}
