import type { ChatId, ClientId, Message, MessageEdits, MessageId, Unread, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import type { UnreadRange } from '../../chats/deps.ts';
import type { Sight } from '../../chats/sight.ts';
import { asSeenBy, keptFrom } from './frozen.ts';
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

/** Messages of the chat that changed after a position and are to the person what they were before. */
export async function findFrozen(
  db: Database,
  {
    chatId,
    afterRev,
    userId,
  }: { readonly chatId: ChatId; readonly afterRev: number; readonly userId: UserId },
): Promise<MessageId[]> {
  const docs = await messageModel(db)
    .find(
      {
        chat: new Types.ObjectId(chatId),
        rev: { $gt: afterRev },
        'frozen.for': new Types.ObjectId(userId),
      },
      { _id: 1 },
    )
    .lean();
  return docs.map(({ _id }) => _id.toHexString() as MessageId);
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

type LogRange = {
  readonly chatId: ChatId;
  readonly afterRev: number;
  readonly limit: number;
  /** As the messages are to that person. */
  readonly viewerId?: UserId | undefined;
};

/** The next `limit` entries of a chat's log after a position, in rev order: each message once, as it is now. */
export async function readLog(
  db: Database,
  { chatId, afterRev, limit, viewerId }: LogRange,
): Promise<LogEntry[]> {
  const docs = await messageModel(db)
    .find({ chat: new Types.ObjectId(chatId), rev: { $gt: afterRev } })
    .sort({ rev: 1 })
    .limit(limit)
    .lean();
  return toEntries(db, docs, viewerId);
}

export async function toEntries(
  db: Database,
  docs: readonly MessageDoc[],
  viewerId?: UserId,
): Promise<LogEntry[]> {
  const messages = await toMessages(db, docs, viewerId);
  return messages.map((message, index) => {
    const doc = docs[index];
    return { message, createdRev: doc?.createdRev ?? message.seq, keptFrom: doc ? keptFrom(doc) : [] };
  });
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
      ...outside(sight),
    })
    .sort({ seq: after !== undefined ? 1 : -1 })
    .limit(limit)
    .lean();
}

/** Messages by id, in one look-up. For rooms that have checked that they may be shown. With a viewer, as they are to that person. */
export async function findMessages(
  db: Database,
  ids: readonly MessageId[],
  viewerId?: UserId,
): Promise<Map<MessageId, Message>> {
  if (ids.length === 0) return new Map();
  const docs = await messageModel(db)
    .find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } })
    .lean();
  const messages = await toMessages(db, docs, viewerId);
  return new Map(messages.map((message) => [message.id, message]));
}

/** Of some people nothing counts. */
export type CountedRange = UnreadRange & { readonly notFrom: ReadonlySet<UserId> };

/** What is unread in a range. Costs as much as lies behind its start. */
export async function countUnread(db: Database, range: CountedRange): Promise<Unread> {
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
  const counted = { ...range, notFrom: new Set(notFrom) };
  const docs = await messageModel(db)
    .find({
      ...toUnreadFilter(counted),
      createdAt: { $gte: since },
      ...(isMentioned && { mentions: viewer }),
    })
    .sort({ seq: -1 })
    .limit(1)
    .lean();
  const [message] = await toMessages(db, docs, range.sight.viewerId);
  return message ?? null;
}

/** The oldest of what is unread. */
export async function listUnread(db: Database, range: CountedRange, limit: number): Promise<Message[]> {
  const docs = await messageModel(db).find(toUnreadFilter(range)).sort({ seq: 1 }).limit(limit).lean();
  return toMessages(db, docs, range.sight.viewerId);
}

function toUnreadFilter({ chatId, afterSeq, untilSeq, viewerId, sight, notFrom }: CountedRange) {
  const uncounted = [viewerId, ...notFrom].map((id) => new Types.ObjectId(id));
  return {
    chat: new Types.ObjectId(chatId),
    seq: { $gt: afterSeq, $lte: untilSeq, ...without(sight.hidden) },
    ...outside(sight),
    sender: { $nin: uncounted },
    deletedAt: null,
    systemRev: null,
  };
}

function without(hidden: ReadonlySet<number>) {
  return hidden.size > 0 ? { $nin: [...hidden] } : {};
}

/** No place of those from which a person is apart. */
function outside({ apart }: Sight) {
  if (apart.length === 0) return {};
  return {
    $nor: apart.map(({ afterSeq, untilSeq }) => ({
      seq: { $gt: afterSeq, ...(untilSeq !== null && { $lte: untilSeq }) },
    })),
  };
}

/** The newest message that is shown. */
export async function findNewestShown(db: Database, chatId: ChatId, sight: Sight): Promise<Message | null> {
  const docs = await readPlaces(db, { chatId, sight, limit: 1 });
  const [message] = await toMessages(db, docs, sight.viewerId);
  return message ?? null;
}

/** The earlier texts of a message, oldest first. */
export async function readEdits(
  db: Database,
  messageId: MessageId,
  viewerId?: UserId,
): Promise<MessageEdits['edits']> {
  const doc = await findDoc(db, messageId);
  return toEdits(doc ? asSeenBy(doc, viewerId).edits : undefined);
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

/** When a person last wrote in a chat, whatever became of it. */
export async function findLastSentAt(
  db: Database,
  chatId: ChatId,
  userId: UserId,
): Promise<number | undefined> {
  const newest = await messageModel(db)
    .findOne(
      { chat: new Types.ObjectId(chatId), sender: new Types.ObjectId(userId), systemRev: null },
      { createdAt: 1 },
    )
    .sort({ seq: -1 })
    .lean();
  return newest?.createdAt.getTime();
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
