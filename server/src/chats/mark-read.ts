import type { ChatId, UserId } from '@whisper/shared';
import type { ChatsDeps } from './deps.ts';
import { countUnread } from './chat.view.ts';
import { chatNotFound, requireParticipant } from './require-participant.ts';
import { settledChats } from './settled-chats.ts';

type MarkRead = { readonly viewerId: UserId; readonly chatId: ChatId; readonly seq: number };

/** Moves the person's mark forward, never back and never past the last message. Idempotent. */
export async function markRead(deps: ChatsDeps, { viewerId, chatId, seq }: MarkRead): Promise<number> {
  const membership = await requireParticipant(deps, chatId, viewerId);
  const chats = await settledChats(deps);
  const doc = await chats.findById(membership.chatId, { lastSeq: 1, readSeqs: 1 }).lean();
  if (!doc) throw chatNotFound();
  const mark = Math.min(seq, doc.lastSeq);
  if (mark <= (doc.readSeqs[viewerId] ?? 0)) return countUnread(doc, viewerId);
  const updated = await chats
    .findByIdAndUpdate(doc._id, { $max: { [`readSeqs.${viewerId}`]: mark } }, { returnDocument: 'after' })
    .lean();
  return updated ? countUnread(updated, viewerId) : 0;
}
