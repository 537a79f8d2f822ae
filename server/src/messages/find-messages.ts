import type { Message, MessageId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { AppContext } from '../app-context.ts';
import { messageModel } from './message.model.ts';
import { toMessages } from './message.view.ts';

/** Messages by id, in one look-up. For rooms that have checked that they may be shown. */
export async function findMessages(
  app: AppContext,
  ids: readonly MessageId[],
): Promise<Map<MessageId, Message>> {
  if (ids.length === 0) return new Map();
  const docs = await messageModel(app.db)
    .find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } })
    .lean();
  const messages = await toMessages(app, docs);
  return new Map(messages.map((message) => [message.id, message]));
}
