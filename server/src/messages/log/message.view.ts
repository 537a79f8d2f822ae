import {
  describeSystem,
  limits,
  toReply,
  type ChatId,
  type ClientId,
  type ForwardedFrom,
  type Message,
  type MessageId,
  type Reply,
  type System,
  type User,
  type UserId,
} from '@whisper/shared';
import type { Connection as Database, Types } from 'mongoose';
import { toAttachment } from '../../files/file.view.ts';
import { findUsers } from '../../users/find-users.ts';
import type { GroupChange } from '../../chats/group-change.ts';
import { asSeenBy } from './frozen.ts';
import { messageModel, type MessageDoc } from './message.model.ts';

/** What a stored message refers to. */
type Shown = {
  readonly sender: User;
  readonly replyTo: Reply | null;
  readonly forwardedFrom: ForwardedFrom | null;
  readonly system: System | null;
};

export function toMessage(doc: MessageDoc, { sender, replyTo, forwardedFrom, system }: Shown): Message {
  return {
    id: doc._id.toHexString() as MessageId,
    chatId: doc.chat.toHexString() as ChatId,
    kind: system ? 'system' : 'text',
    sender,
    replyTo,
    forwardedFrom,
    text: system ? describeSystem(system, sender) : doc.text,
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
    attachments: (doc.attachments ?? []).map(toAttachment),
    system,
  };
}

/**
 * Messages with the people and the messages they refer to, in the order given, in at most two look-ups. With a viewer, as they
 * are to that person.
 */
export async function toMessages(
  db: Database,
  stored: readonly MessageDoc[],
  viewerId?: UserId,
): Promise<Message[]> {
  const docs = stored.map((doc) => asSeenBy(doc, viewerId));
  const quoted = await findQuoted(db, docs, viewerId);
  const people = [...docs, ...quoted.values()].flatMap(({ sender, forwardedFrom, system }) => [
    toUserId(sender),
    ...(forwardedFrom ? [toUserId(forwardedFrom.sender)] : []),
    ...(system ? namedIn(system) : []),
  ]);
  const users = await findUsers({ db }, people);
  const userOf = (id: UserId) => users.get(id) ?? unknownUser(id);
  const shownWithout = (doc: MessageDoc): Shown => ({
    sender: userOf(toUserId(doc.sender)),
    replyTo: null,
    forwardedFrom: doc.forwardedFrom
      ? { sender: userOf(toUserId(doc.forwardedFrom.sender)), sentAt: doc.forwardedFrom.sentAt }
      : null,
    system: doc.system ? toSystem(doc.system, userOf) : null,
  });
  return docs.map((doc) => {
    const original = doc.replyTo && quoted.get(doc.replyTo.toHexString());
    const replyTo = original ? toReply(toMessage(original, shownWithout(original))) : null;
    return toMessage(doc, { ...shownWithout(doc), replyTo });
  });
}

/** What each of these answers, as it is now: it may have been changed since they were made. */
export async function findReplies(
  db: Database,
  docs: readonly MessageDoc[],
): Promise<(doc: MessageDoc) => Reply | null> {
  if (!docs.some(({ replyTo }) => replyTo)) return () => null;
  const messages = await toMessages(db, docs);
  const replies = new Map(messages.map(({ id, replyTo }) => [id, replyTo]));
  return ({ _id }) => replies.get(_id.toHexString() as MessageId) ?? null;
}

function namedIn(change: GroupChange): readonly UserId[] {
  if ('userIds' in change) return change.userIds.slice(0, limits.addedNamedMax);
  return 'userId' in change ? [change.userId] : [];
}

/** The change as it is shown: with people in place of their ids. */
function toSystem(change: GroupChange, userOf: (id: UserId) => User): System {
  switch (change.type) {
    case 'memberAdded': {
      const named = namedIn(change);
      const more = change.userIds.length - named.length;
      return { type: change.type, users: named.map(userOf), ...(more > 0 && { more }) };
    }
    case 'memberRemoved':
      return { type: change.type, user: userOf(change.userId) };
    case 'roleChanged':
      return { type: change.type, user: userOf(change.userId), role: change.role };
    case 'created':
    case 'memberJoined':
    case 'memberLeft':
    case 'renamed':
    case 'avatarChanged':
    case 'historyChanged':
    case 'slowModeChanged':
    case 'readOnlyChanged':
    case 'retentionChanged':
      return change;
  }
}

async function findQuoted(
  db: Database,
  docs: readonly MessageDoc[],
  viewerId: UserId | undefined,
): Promise<Map<string, MessageDoc>> {
  const ids = docs.flatMap(({ replyTo }) => replyTo ?? []);
  if (ids.length === 0) return new Map();
  const found = await messageModel(db)
    .find({ _id: { $in: ids } })
    .lean();
  return new Map(found.map((doc) => [doc._id.toHexString(), asSeenBy(doc, viewerId)]));
}

function toUserId(id: Types.ObjectId): UserId {
  return id.toHexString() as UserId;
}

/** People are never removed from the database; this stands in when somebody did it by hand. */
function unknownUser(id: UserId): User {
  return { id, name: 'Deleted user', email: '', avatar: null };
}
