import type { ListMessagesInput, MessagePage, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { AppContext } from '../app-context.ts';
import { requireParticipant } from '../chats/require-participant.ts';
import { cutPage } from './cut-page.ts';
import { messageModel } from './message.model.ts';
import { toMessages } from './message.view.ts';
import { readHead } from './read-log.ts';

/** A page of history, ascending: the newest, or the one next to `before` or `after`; shorter when texts are long. */
export async function listMessages(
  app: AppContext,
  viewerId: UserId,
  { chatId, before, after, limit }: ListMessagesInput,
): Promise<MessagePage> {
  await requireParticipant(app, chatId, viewerId);
  // The head is read first: what is written between the two reads has a higher rev and is not promised.
  const rev = await readHead(app.db, chatId);
  const isForward = after !== undefined;
  const docs = await messageModel(app.db)
    .find({
      chat: new Types.ObjectId(chatId),
      ...(isForward && { seq: { $gt: after } }),
      ...(before !== undefined && { seq: { $lt: before } }),
    })
    .sort({ seq: isForward ? 1 : -1 })
    .limit(limit + 1)
    .lean();
  const page = cutPage(docs, limit);
  if (!isForward) page.reverse();
  return { messages: await toMessages(app, page), hasMore: docs.length > page.length, rev };
}
