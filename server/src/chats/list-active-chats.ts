import type { ChatId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { ChatsDeps } from './deps.ts';
import { requireSettledChats } from './settled-chats.ts';

type ActiveSince = { readonly since: Date; readonly limit: number };

/**
 * The person's chats in which something was sent or changed at or after a moment. Throws SERVICE_UNAVAILABLE
 * while that is not written down: what is missing here would be taken for read.
 */
export async function listActiveChats(
  deps: Pick<ChatsDeps, 'db' | 'lastMessages'>,
  userId: UserId,
  { since, limit }: ActiveSince,
): Promise<ChatId[]> {
  const chats = await requireSettledChats(deps);
  const mine = { participants: new Types.ObjectId(userId) };
  const [changed, sent] = await Promise.all([
    chats
      .find({ ...mine, changedAt: { $gte: since } }, { _id: 1 })
      .sort({ changedAt: -1 })
      .limit(limit)
      .lean(),
    // Chats in which nothing changed since 0.1.0 do not say when they did.
    chats
      .find({ ...mine, lastMessageAt: { $gte: since } }, { _id: 1 })
      .sort({ lastMessageAt: -1 })
      .limit(limit)
      .lean(),
  ]);
  const ids = [...changed, ...sent].map((doc) => doc._id.toHexString() as ChatId);
  return [...new Set(ids)].slice(0, limit);
}
