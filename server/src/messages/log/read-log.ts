import type { ChatId, ClientId, Message, MessageId, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import { messageModel, type MessageDoc } from './message.model.ts';
import { toMessages } from './message.view.ts';

/** The highest number in the chat's log; 0 while it is empty. */
export async function readHead(db: Database, chatId: ChatId): Promise<number> {
  const newest = await messageModel(db)
    .findOne({ chat: new Types.ObjectId(chatId) }, { _id: 0, chat: 1, rev: 1 })
    .sort({ rev: -1 })
    .lean();
  return newest?.rev ?? 0;
}

/** The highest number that was written before `time`; 0 when there was none yet. */
export async function readHeadBefore(db: Database, chatId: ChatId, time: Date): Promise<number> {
  const newest = await messageModel(db)
    .findOne({ chat: new Types.ObjectId(chatId), changedAt: { $lt: time } }, { rev: 1 })
    .sort({ changedAt: -1 })
    .lean();
  return newest?.rev ?? 0;
}

type LogRange = { readonly chatId: ChatId; readonly afterRev: number; readonly limit: number };

/** The next `limit` messages of a chat's log after a position, in rev order. */
export async function readLog(db: Database, { chatId, afterRev, limit }: LogRange): Promise<Message[]> {
  const docs = await messageModel(db)
    .find({ chat: new Types.ObjectId(chatId), rev: { $gt: afterRev } })
    .sort({ rev: 1 })
    .limit(limit)
    .lean();
  return toMessages(db, docs);
}

type PageRange = {
  readonly chatId: ChatId;
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
};

/** Up to `limit` stored messages by place: the oldest after `after`, ascending, or the newest before `before`, descending. */
export async function readPlaces(
  db: Database,
  { chatId, before, after, limit }: PageRange,
): Promise<MessageDoc[]> {
  return messageModel(db)
    .find({
      chat: new Types.ObjectId(chatId),
      ...(after !== undefined && { seq: { $gt: after } }),
      ...(before !== undefined && { seq: { $lt: before } }),
    })
    .sort({ seq: after !== undefined ? 1 : -1 })
    .limit(limit)
    .lean();
}

/** Messages by id, in one look-up. For rooms that have checked that they may be shown. */
export async function findMessages(
  db: Database,
  ids: readonly MessageId[],
): Promise<Map<MessageId, Message>> {
  if (ids.length === 0) return new Map();
  const docs = await messageModel(db)
    .find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } })
    .lean();
  const messages = await toMessages(db, docs);
  return new Map(messages.map((message) => [message.id, message]));
}

/** The message a person sent under this clientId, in whichever chat. */
export async function findSent(
  db: Database,
  senderId: UserId,
  clientId: ClientId,
): Promise<Message | undefined> {
  const doc = await messageModel(db)
    .findOne({ sender: new Types.ObjectId(senderId), clientId })
    .lean();
  const [message] = doc ? await toMessages(db, [doc]) : [];
  return message;
}
