import type { ChatId, UserId } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { chatModel } from './chat.model.ts';
import { countUnread } from './chat.view.ts';
import { chatNotFound, requireParticipant } from './require-participant.ts';

type MarkRead = { readonly viewerId: UserId; readonly chatId: ChatId; readonly seq: number };

/** Moves the person's mark forward, never back and never past the last message. Idempotent. */
export async function markRead(app: AppContext, { viewerId, chatId, seq }: MarkRead): Promise<number> {
  await requireParticipant(app, chatId, viewerId);
  await app.lastMessages.settled();
  const chats = chatModel(app.db);
  const doc = await chats.findById(chatId, { lastSeq: 1, readSeqs: 1 }).lean();
  if (!doc) throw chatNotFound();
  const mark = Math.min(seq, doc.lastSeq);
  if (mark <= (doc.readSeqs[viewerId] ?? 0)) return countUnread(doc, viewerId);
  const updated = await chats
    .findByIdAndUpdate(chatId, { $max: { [`readSeqs.${viewerId}`]: mark } }, { returnDocument: 'after' })
    .lean();
  return updated ? countUnread(updated, viewerId) : 0;
}
