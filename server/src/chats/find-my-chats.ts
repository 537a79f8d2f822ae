import type { ChatId, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import { chatModel } from './chat.model.ts';
import { findMemberships } from './find-members.ts';
import { everything, toSight, type Sight } from './sight.ts';

/** What of a chat one of its people is shown. */
export type MyChat = {
  readonly sight: Sight;
  /** With which rev they came into the group: another one is another time that they are in it. 0 in a direct chat. */
  readonly joinedRev: number;
};

/** All chats the person is in, or those of them that are named, by id. Chats that were merged into others are not among them. */
export async function findMyChats(
  db: Database,
  userId: UserId,
  chatIds?: readonly ChatId[],
): Promise<Map<ChatId, MyChat>> {
  const named = chatIds && { _id: { $in: chatIds.map((id) => new Types.ObjectId(id)) } };
  const chats = await chatModel(db)
    .find({ ...named, participants: new Types.ObjectId(userId), mergedInto: null }, { kind: 1 })
    .lean();
  const members = await findMemberships(
    db,
    userId,
    chats.map(({ _id }) => _id),
  );
  const mine = new Map<ChatId, MyChat>();
  for (const { _id, kind } of chats) {
    const member = members.get(_id.toHexString());
    const chatId = _id.toHexString() as ChatId;
    if (kind === 'direct') mine.set(chatId, { sight: member ? toSight(member) : everything, joinedRev: 0 });
    else if (member?.role) mine.set(chatId, { sight: toSight(member), joinedRev: member.joinedRev ?? 0 });
  }
  return mine;
}
