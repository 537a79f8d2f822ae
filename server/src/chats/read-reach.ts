import type { ChatId, MarksMoved, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { ChatDoc } from './chat.model.ts';
import { toMarks, toUserIds } from './chat.view.ts';
import type { ChatsDeps } from './deps.ts';
import { findAllMembers, memberKey } from './find-members.ts';
import { chatNotFound } from './require-participant.ts';
import { settledChats } from './settled-chats.ts';

/** How far one of the people of a chat has come in it. */
export type Reached = Pick<MarksMoved, 'readSeq' | 'deliveredSeq'> & {
  readonly userId: UserId;
  /** The rev with which they came; 0 in a direct chat. */
  readonly joinedRev: number;
};

/** How far each of those who are in a chat has come, and the place up to which the chat is known to be announced. */
export async function readReach(
  deps: Pick<ChatsDeps, 'db' | 'lastMessages'>,
  chatId: ChatId,
): Promise<{ readonly people: readonly Reached[]; readonly lastSeq: number }> {
  const chats = await settledChats(deps);
  const [doc, members] = await Promise.all([
    chats.findById(chatId).lean<ChatDoc>(),
    findAllMembers(deps.db, [new Types.ObjectId(chatId)]),
  ]);
  if (!doc) throw chatNotFound();
  const people = toUserIds(doc).map((userId) => {
    const member = members.get(memberKey(doc._id, userId));
    return { userId, joinedRev: member?.joinedRev ?? 0, ...toMarks(doc, userId, member) };
  });
  return { people, lastSeq: doc.lastSeq };
}
