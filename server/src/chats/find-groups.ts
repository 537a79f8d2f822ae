import type { ChatId, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import { chatModel } from './chat.model.ts';

/** Which of these chats are groups. */
export async function findGroups(db: Database, chatIds: readonly string[]): Promise<ReadonlySet<string>> {
  const groups = await chatModel(db)
    .find({ _id: { $in: [...chatIds] }, kind: 'group' }, { _id: 1 })
    .lean();
  return new Set(groups.map(({ _id }) => _id.toHexString()));
}

/** The person's groups whose messages are announced to the group alone. */
export async function listLargeGroups(db: Database, userId: UserId): Promise<ChatId[]> {
  const groups = await chatModel(db)
    .find({ participants: new Types.ObjectId(userId), isLarge: true }, { _id: 1 })
    .lean();
  return groups.map(({ _id }) => _id.toHexString() as ChatId);
}
