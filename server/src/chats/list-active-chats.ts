import type { ChatId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { AppContext } from '../app-context.ts';
import { chatModel } from './chat.model.ts';

type ActiveSince = { readonly since: Date; readonly limit: number };

/** The person's chats in which something was sent at or after a moment, newest first. */
export async function listActiveChats(
  app: AppContext,
  userId: UserId,
  { since, limit }: ActiveSince,
): Promise<ChatId[]> {
  await app.lastMessages.settled();
  const docs = await chatModel(app.db)
    .find({ participants: new Types.ObjectId(userId), lastMessageAt: { $gte: since } }, { _id: 1 })
    .sort({ lastMessageAt: -1 })
    .limit(limit)
    .lean();
  return docs.map((doc) => doc._id.toHexString() as ChatId);
}
