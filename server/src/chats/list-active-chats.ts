import type { ChatId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { AppContext } from '../app-context.ts';
import { AppError } from '../platform/errors.ts';
import { chatModel } from './chat.model.ts';

type ActiveSince = { readonly since: Date; readonly limit: number };

/**
 * The person's chats in which something was sent at or after a moment, newest first. Throws SERVICE_UNAVAILABLE
 * while that is not written down: what is missing here would be taken for read.
 */
export async function listActiveChats(
  app: AppContext,
  userId: UserId,
  { since, limit }: ActiveSince,
): Promise<ChatId[]> {
  if (!(await app.lastMessages.settled())) {
    throw new AppError('SERVICE_UNAVAILABLE', 'The database is not available right now');
  }
  const docs = await chatModel(app.db)
    .find({ participants: new Types.ObjectId(userId), lastMessageAt: { $gte: since } }, { _id: 1 })
    .sort({ lastMessageAt: -1 })
    .limit(limit)
    .lean();
  return docs.map((doc) => doc._id.toHexString() as ChatId);
}
