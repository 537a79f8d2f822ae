import type { ChatId, ClientId, Message, MessageEdits, MessageId, Unread, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import type { UnreadRange } from '../../chats/deps.ts';
import type { Sight } from '../../chats/sight.ts';
import { messageModel, type MessageDoc } from './message.model.ts';
import type { Draft } from './insert-queue.ts';
import type { LogEntry } from './message-events.ts';
import { toMessages } from './message.view.ts';

/** Where a chat's log ends: the highest rev, and the highest place; zeros while it is empty. */
export type Heads = { readonly rev: number; readonly seq: number };

/** The place of the newest message; 0 while there is none. */
export async function readLastSeq(db: Database, chatId: ChatId): Promise<number> {
  const newest = await messageModel(db)
    .findOne({ chat: new Types.ObjectId(chatId) }, { _id: 0, chat: 1, seq: 1 })
    .sort({ seq: -1 })
    .lean();
  return newest?.seq ?? 0;
}

/** The highest rev in the chat's log; 0 while it is empty. */
export async function readHead(db: Database, chatId: ChatId): Promise<number> {
  const newest = await messageModel(db)
    .findOne({ chat: new Types.ObjectId(chatId) }, { _id: 0, chat: 1, rev: 1 })
    .sort({ rev: -1 })
    .lean();
  return newest?.rev ?? 0;
}

/** The highest number that was written before `time`; 0 when there was none yet. Costs what was written since. */
export async function readHeadBefore(db: Database, chatId: ChatId, time: Date): Promise<number> {
  const newest = await messageModel(db)
    .findOne({ chat: new Types.ObjectId(chatId), changedAt: { $lt: time } }, { rev: 1 })
    .sort({ rev: -1 })
    .lean();
  return newest?.rev ?? 0;
}

/** Those of the chats whose log goes on after the rev given for them. */
export async function findLonger(db: Database, heads: ReadonlyMap<ChatId, number>): Promise<ChatId[]> {
  if (heads.size === 0) return [];
  const isLonger = [...heads].map(([chatId, rev]) => ({
    chat: new Types.ObjectId(chatId),
    rev: { $gt: rev },
  }));
  const chats: Types.ObjectId[] = await messageModel(db).distinct('chat', { $or: isLonger });
  return chats.map((id) => id.toHexString() as ChatId);
}

type LogRange = { readonly chatId: ChatId; readonly afterRev: number; readonly limit: number };

/** The next `limit` entries of a chat's log after a position, in rev order: each message once, as it is now. */
export async function readLog(db: Database, { chatId, afterRev, limit }: LogRange): Promise<LogEntry[]> {
  const docs = await messageModel(db)
    .find({ chat: new Types.ObjectId(chatId), rev: { $gt: afterRev } })
    .sort({ rev: 1 })
    .limit(limit)
    .lean();
  return toEntries(db, docs);
}

export async function toEntries(db: Database, docs: readonly MessageDoc[]): Promise<LogEntry[]> {
  const messages = await toMessages(db, docs);
  return messages.map((message, index) => ({
    message,
    createdRev: docs[index]?.createdRev ?? message.seq,
  }));
}

type PageRange = {
  readonly chatId: ChatId;
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
  readonly sight: Sight;
};

/** Up to `limit` stored messages that are shown, by place: the oldest after `after`, ascending, or the newest before `before`, descending. */
export async function readPlaces(
  db: Database,
  { chatId, before, after, limit, sight }: PageRange,
): Promise<MessageDoc[]> {
  return messageModel(db)
    .find({
      chat: new Types.ObjectId(chatId),
      seq: {
        $gt: Math.max(after ?? 0, sight.afterSeq),
        ...(before !== undefined && { $lt: before }),
        ...without(sight.hidden),
      },
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

/** What is unread in a range. Costs as much as lies behind its start. */
export async function countUnread(db: Database, range: UnreadRange): Promise<Unread> {
  const messages = messageModel(db);
  const filter = toUnreadFilter(range);
  const [unread, unreadMentions] = await Promise.all([
    messages.countDocuments(filter),
    messages.countDocuments({ ...filter, mentions: new Types.ObjectId(range.viewerId) }),
  ]);
  return { unread, unreadMentions };
}

type NewestUnread = {
  readonly range: UnreadRange;
  /** What is older is left out. */
  readonly since: Date;
  readonly isMentioned: boolean;
  /** What these people wrote is left out. */
  readonly notFrom: readonly UserId[];
};

/** The newest of what is unread; with `isMentioned`, of what names the person. */
export async function findNewestUnread(
  db: Database,
  { range, since, isMentioned, notFrom }: NewestUnread,
): Promise<Message | null> {
  const viewer = new Types.ObjectId(range.viewerId);
  const docs = await messageModel(db)
    .find({
      ...toUnreadFilter(range),
      createdAt: { $gte: since },
      sender: { $nin: [viewer, ...notFrom.map((id) => new Types.ObjectId(id))] },
      ...(isMentioned && { mentions: viewer }),
    })
    .sort({ seq: -1 })
    .limit(1)
    .lean();
  const [message] = await toMessages(db, docs);
  return message ?? null;
}

/** The oldest of what is unread. */
export async function listUnread(db: Database, range: UnreadRange, limit: number): Promise<Message[]> {
  const docs = await messageModel(db).find(toUnreadFilter(range)).sort({ seq: 1 }).limit(limit).lean();
  return toMessages(db, docs);
}

function toUnreadFilter({ chatId, afterSeq, untilSeq, viewerId, hidden }: UnreadRange) {
  return {
    chat: new Types.ObjectId(chatId),
    seq: { $gt: afterSeq, $lte: untilSeq, ...without(hidden) },
    sender: { $ne: new Types.ObjectId(viewerId) },
    deletedAt: null,
    systemRev: null,
  };
}

function without(hidden: ReadonlySet<number>) {
  return hidden.size > 0 ? { $nin: [...hidden] } : {};
}

/** The newest message that is shown. */
export async function findNewestShown(
  db: Database,
  chatId: ChatId,
  { afterSeq, hidden }: Sight,
): Promise<Message | null> {
  const docs = await messageModel(db)
    .find({ chat: new Types.ObjectId(chatId), seq: { $gt: afterSeq, ...without(hidden) } })
    .sort({ seq: -1 })
    .limit(1)
    .lean();
  const [message] = await toMessages(db, docs);
  return message ?? null;
}

/** The earlier texts of a message, oldest first. */
export async function readEdits(db: Database, messageId: MessageId): Promise<MessageEdits['edits']> {
  return toEdits((await findDoc(db, messageId))?.edits);
}

export function toEdits(edits: MessageDoc['edits'] = []): MessageEdits['edits'] {
  return edits.map(({ text, mentions, at }) => ({
    text,
    mentions: mentions.map((id) => id.toHexString() as UserId),
    writtenAt: at,
  }));
}

/** One message as it is stored. */
export function findDoc(db: Database, messageId: MessageId): Promise<MessageDoc | null> {
  return messageModel(db).findById(messageId).lean().exec();
}

/** What a person sent under this clientId, in whichever chat. */
export function findSent(db: Database, senderId: UserId, clientId: ClientId): Promise<MessageDoc | null> {
  return messageModel(db)
    .findOne({ sender: new Types.ObjectId(senderId), clientId })
    .lean()
    .exec();
}

/** The text that a message had at first, whatever it was changed to. */
export function firstTextOf({ text, edits }: MessageDoc): string {
  return edits?.[0]?.text ?? text;
}

/** Whether this was sent, whatever became of it since. Of a deleted message nothing is left to compare. */
export function isSameMessage(sent: MessageDoc, draft: Draft): boolean {
  if (sent.chat.toHexString() !== draft.chatId) return false;
  const isSame = firstTextOf(sent) === draft.text && hasSameFiles(sent.attachments, draft.attachments);
  return sent.deletedAt !== undefined || isSame;
}

function hasSameFiles(one: Draft['attachments'] = [], other: Draft['attachments']): boolean {
  return one.length === other.length && one.every(({ file }, index) => other[index]?.file.equals(file));
}
