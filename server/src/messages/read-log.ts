import type { ChatId, ClientId, Message, UserId } from '@whisper/shared';
import { Types, type Connection } from 'mongoose';
import type { AppContext } from '../app-context.ts';
import { messageModel } from './message.model.ts';
import { toMessages } from './message.view.ts';

/** The highest number in the chat's log; 0 while it is empty. */
export async function readHead(db: Connection, chatId: ChatId): Promise<number> {
  const newest = await messageModel(db)
    .findOne({ chat: new Types.ObjectId(chatId) }, { _id: 0, chat: 1, rev: 1 })
    .sort({ rev: -1 })
    .lean();
  return newest?.rev ?? 0;
}

/** The highest number that was written before `time`; 0 when there was none yet. */
export async function readHeadBefore(db: Connection, chatId: ChatId, time: Date): Promise<number> {
  const newest = await messageModel(db)
    .findOne({ chat: new Types.ObjectId(chatId), changedAt: { $lt: time } }, { rev: 1 })
    .sort({ changedAt: -1 })
    .lean();
  return newest?.rev ?? 0;
}

type LogRange = { readonly chatId: ChatId; readonly afterRev: number; readonly limit: number };

/** The next `limit` messages of a chat's log after a position, in rev order. */
export async function readLog(app: AppContext, { chatId, afterRev, limit }: LogRange): Promise<Message[]> {
  const docs = await messageModel(app.db)
    .find({ chat: new Types.ObjectId(chatId), rev: { $gt: afterRev } })
    .sort({ rev: 1 })
    .limit(limit)
    .lean();
  return toMessages(app, docs);
}

/** The message a person sent under this clientId, in whichever chat. */
export async function findSent(
  app: AppContext,
  senderId: UserId,
  clientId: ClientId,
): Promise<Message | undefined> {
  const doc = await messageModel(app.db)
    .findOne({ sender: new Types.ObjectId(senderId), clientId })
    .lean();
  const [message] = doc ? await toMessages(app, [doc]) : [];
  return message;
}
