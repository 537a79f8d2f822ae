import type { ChatId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { ChatDoc } from './chat.model.ts';
import { toMarks } from './chat.view.ts';
import type { ChatsDeps } from './deps.ts';
import { publishMarks } from './publish-marks.ts';
import { chatNotFound, requireParticipant } from './require-participant.ts';
import { settledChats } from './settled-chats.ts';
import { countUnread } from './show-chats.ts';

type Mark = { readonly viewerId: UserId; readonly chatId: ChatId; readonly seq: number };

/** Moves the person's read mark; resolves with what is unread then. Idempotent. */
export async function markRead(deps: ChatsDeps, mark: Mark): Promise<number> {
  const doc = await moveMark(deps, mark, 'readSeqs');
  return countUnread(deps, doc, mark.viewerId);
}

/** Notes what reached a device of the person; resolves with how far that is. Idempotent. */
export async function markDelivered(deps: ChatsDeps, mark: Mark): Promise<number> {
  const doc = await moveMark(deps, mark, 'deliveredSeqs');
  return toMarks(doc, mark.viewerId).deliveredSeq;
}

/** Moves a mark forward, never back and never past the last message, and tells both people when it moved. */
async function moveMark(
  deps: ChatsDeps,
  { viewerId, chatId, seq }: Mark,
  field: 'readSeqs' | 'deliveredSeqs',
): Promise<ChatDoc> {
  const membership = await requireParticipant(deps, chatId, viewerId);
  const chats = await settledChats(deps);
  const doc = await chats.findById(membership.chatId).lean();
  if (!doc) throw chatNotFound();
  const { readSeq, deliveredSeq } = toMarks(doc, viewerId);
  const mark = Math.min(seq, doc.lastSeq);
  if (mark <= (field === 'readSeqs' ? readSeq : deliveredSeq)) return doc;
  const marksAt = new Date(deps.clock.now());
  const moved = await chats
    .findByIdAndUpdate(
      new Types.ObjectId(membership.chatId),
      { $max: { [`${field}.${viewerId}`]: mark, marksAt } },
      { returnDocument: 'after' },
    )
    .lean();
  if (!moved) throw chatNotFound();
  publishMarks(deps.broker, membership, { userId: viewerId, at: marksAt, ...toMarks(moved, viewerId) });
  return moved;
}
