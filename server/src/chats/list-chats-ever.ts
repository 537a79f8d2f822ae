import type { ChatId, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import { chatModel } from './chat.model.ts';
import { memberModel } from './member.model.ts';

/** Every chat the person is in or ever was, by id: what they left included. */
export async function listChatsEver(db: Database, userId: UserId): Promise<ChatId[]> {
  const user = new Types.ObjectId(userId);
  const [isIn, was]: Types.ObjectId[][] = await Promise.all([
    chatModel(db).distinct('_id', { participants: user }),
    memberModel(db).distinct('chat', { user }),
  ]);
  const ids = new Set([...(isIn ?? []), ...(was ?? [])].map((id) => id.toHexString() as ChatId));
  return [...ids].toSorted();
}
