import type { ChatId, Message, MessageEdits, MessageId, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import { messageModel, type MessageDoc } from './message.model.ts';
import { toMessages } from './message.view.ts';
import { toEdits } from './read-log.ts';

/** A message as it is shown, and what it was before. */
export type Found = { readonly message: Message; readonly edits: MessageEdits['edits'] };

const pageSize = 500;

/**
 * The messages of a chat that the person wrote or is named in, by place, in pages read while they are asked for. Costs a look at
 * each message of the chat.
 */
export async function* findIn(db: Database, chatId: ChatId, userId: UserId): AsyncGenerator<Found[]> {
  for (let after = 0; ; ) {
    const docs = await messageModel(db)
      .find({ chat: new Types.ObjectId(chatId), seq: { $gt: after }, ...ofPerson(userId) })
      .sort({ seq: 1 })
      .limit(pageSize)
      .lean();
    const last = docs.at(-1);
    if (!last) return;
    yield await toFound(db, docs);
    after = last.seq;
  }
}

/** How many messages `findIn` finds, less those that the person wrote. */
export function countOf(db: Database, chatId: ChatId, userId: UserId): Promise<number> {
  const user = new Types.ObjectId(userId);
  return messageModel(db)
    .countDocuments({ chat: new Types.ObjectId(chatId), sender: { $ne: user }, $or: naming(userId) })
    .exec();
}

/** Messages, of whatever chat, that the person wrote: no more than `limit`. */
export async function findWritten(db: Database, userId: UserId, limit: number) {
  const docs = await messageModel(db)
    .find({ sender: new Types.ObjectId(userId) }, { chat: 1 })
    .limit(limit)
    .lean();
  return docs.map(({ _id, chat }) => ({
    messageId: _id.toHexString() as MessageId,
    chatId: chat.toHexString() as ChatId,
  }));
}

/** How many messages the person wrote, or others forwarded of them. */
export async function countWritten(db: Database, userId: UserId): Promise<number> {
  const user = new Types.ObjectId(userId);
  const messages = messageModel(db);
  const [written, forwarded] = await Promise.all([
    messages.countDocuments({ sender: user }),
    messages.countDocuments({ sender: { $ne: user }, 'forwardedFrom.sender': user }),
  ]);
  return written + forwarded;
}

/** What others forwarded of what the person wrote, into whichever chat. */
export async function* findForwarded(db: Database, userId: UserId): AsyncGenerator<Found> {
  const user = new Types.ObjectId(userId);
  for (let after = new Types.ObjectId('0'.repeat(24)); ; ) {
    const docs = await messageModel(db)
      .find({ 'forwardedFrom.sender': user, sender: { $ne: user }, _id: { $gt: after } })
      .sort({ _id: 1 })
      .limit(pageSize)
      .lean();
    const last = docs.at(-1);
    if (!last) return;
    yield* await toFound(db, docs);
    after = last._id;
  }
}

function ofPerson(userId: UserId) {
  return { $or: [{ sender: new Types.ObjectId(userId) }, ...naming(userId)] };
}

function naming(userId: UserId) {
  const user = new Types.ObjectId(userId);
  return [
    { mentions: user },
    { 'reactions.users': user },
    { 'edits.mentions': user },
    { 'frozen.for': user },
    { 'frozen.mentions': user },
    { 'frozen.reactions.users': user },
    { 'frozen.edits.mentions': user },
    { 'system.userId': userId },
    { 'system.userIds': userId },
  ];
}

async function toFound(db: Database, docs: readonly MessageDoc[]): Promise<Found[]> {
  const messages = await toMessages(db, docs);
  return messages.map((message, index) => ({ message, edits: toEdits(docs[index]?.edits) }));
}
