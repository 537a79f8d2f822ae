import {
  toReply,
  type ChatId,
  type ClientId,
  type ForwardedFrom,
  type Message,
  type MessageId,
  type Reply,
  type User,
  type UserId,
} from '@whisper/shared';
import type { Connection as Database, Types } from 'mongoose';
import { findUsers } from '../../users/find-users.ts';
import { messageModel, type MessageDoc } from './message.model.ts';

/** What a stored message refers to. */
type Shown = {
  readonly sender: User;
  readonly replyTo: Reply | null;
  readonly forwardedFrom: ForwardedFrom | null;
};

export function toMessage(doc: MessageDoc, { sender, replyTo, forwardedFrom }: Shown): Message {
  return {
    id: doc._id.toHexString() as MessageId,
    chatId: doc.chat.toHexString() as ChatId,
    sender,
    replyTo,
    forwardedFrom,
    text: doc.text,
    seq: doc.seq,
    rev: doc.rev,
    clientId: doc.clientId as ClientId,
    createdAt: doc.createdAt,
    updatedAt: doc.updatedAt,
    editedAt: doc.editedAt ?? null,
    deletedAt: doc.deletedAt ?? null,
    pinnedAt: doc.pinnedAt ?? null,
    mentions: (doc.mentions ?? []).map(toUserId),
    reactions: (doc.reactions ?? []).map(({ emoji, users }) => ({ emoji, userIds: users.map(toUserId) })),
  };
}

/** Messages with the people and the messages they refer to, in the order given, in at most two look-ups. */
export async function toMessages(db: Database, docs: readonly MessageDoc[]): Promise<Message[]> {
  const quoted = await findQuoted(db, docs);
  const people = [...docs, ...quoted.values()].flatMap(({ sender, forwardedFrom }) =>
    forwardedFrom ? [sender, forwardedFrom.sender] : [sender],
  );
  const users = await findUsers({ db }, people.map(toUserId));
  const userOf = (id: Types.ObjectId) => users.get(toUserId(id)) ?? unknownUser(toUserId(id));
  const shownWithout = (doc: MessageDoc): Shown => ({
    sender: userOf(doc.sender),
    replyTo: null,
    forwardedFrom: doc.forwardedFrom
      ? { sender: userOf(doc.forwardedFrom.sender), sentAt: doc.forwardedFrom.sentAt }
      : null,
  });
  return docs.map((doc) => {
    const original = doc.replyTo && quoted.get(doc.replyTo.toHexString());
    const replyTo = original ? toReply(toMessage(original, shownWithout(original))) : null;
    return toMessage(doc, { ...shownWithout(doc), replyTo });
  });
}

async function findQuoted(db: Database, docs: readonly MessageDoc[]): Promise<Map<string, MessageDoc>> {
  const ids = docs.flatMap(({ replyTo }) => replyTo ?? []);
  if (ids.length === 0) return new Map();
  const found = await messageModel(db)
    .find({ _id: { $in: ids } })
    .lean();
  return new Map(found.map((doc) => [doc._id.toHexString(), doc]));
}

function toUserId(id: Types.ObjectId): UserId {
  return id.toHexString() as UserId;
}

/** People are never removed from the database; this stands in when somebody did it by hand. */
function unknownUser(id: UserId): User {
  return { id, name: 'Deleted user', email: '', avatar: null };
}
