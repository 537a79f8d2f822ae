import type { ChatId, MarksMoved, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { marksTold, marksToldInGroup } from './apart.ts';
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

/** How far each of those who are in a chat has come, as the person is told, and the place up to which the chat is known to be announced. */
export async function readReach(
  deps: Pick<ChatsDeps, 'db' | 'lastMessages' | 'blocks'>,
  chatId: ChatId,
  viewerId: UserId,
): Promise<{ readonly people: readonly Reached[]; readonly lastSeq: number }> {
  const chats = await settledChats(deps);
  const [doc, members] = await Promise.all([
    chats.findById(chatId).lean<ChatDoc>(),
    findAllMembers(deps.db, [new Types.ObjectId(chatId)]),
  ]);
  if (!doc) throw chatNotFound();
  const blocks = await deps.blocks.of(viewerId);
  const mine = members.get(memberKey(doc._id, viewerId));
  const people = toUserIds(doc).flatMap((userId) => {
    const theirs = members.get(memberKey(doc._id, userId));
    const now = toMarks(doc, userId, theirs);
    const isGroup = doc.kind === 'group' && theirs !== undefined;
    const told = isGroup ? marksToldInGroup(now, blocks, theirs) : marksTold(now, { theirs, mine });
    return told ? [{ userId, joinedRev: theirs?.joinedRev ?? 0, ...told }] : [];
  });
  return { people, lastSeq: doc.lastSeq };
}
