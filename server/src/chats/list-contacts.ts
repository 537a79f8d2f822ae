import { limits, type UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import { chatModel } from './chat.model.ts';

/** The chats looked at, the newest first: who has more talks in some of them no more. */
const chatsMax = 500;

/** The people somebody shares a chat with; in a larger one people are strangers to each other. */
export async function listContacts(db: Database, userId: UserId): Promise<UserId[]> {
  const mine = new Types.ObjectId(userId);
  // The driver's own cursor: of each chat one field is wanted, and a thousand people may come at once.
  const chats = await chatModel(db)
    .collection.find({ participants: mine }, { projection: { _id: 0, participants: 1 } })
    .sort({ lastMessageAt: -1 })
    .limit(chatsMax)
    .toArray();
  const others = new Set<UserId>();
  for (const { participants } of chats) {
    if (participants.length > limits.smallChatMax) continue;
    for (const id of participants) if (!id.equals(mine)) others.add(id.toHexString() as UserId);
  }
  return [...others];
}
