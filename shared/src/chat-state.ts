import type { Chat, Marks } from './chats.ts';
import type { UserId } from './ids.ts';
import { toReply, type Message } from './messages.ts';

// How one chat of the list follows what happens in it. Values are never mutated; what changes nothing returns the same
// object. Where this says that it cannot tell, the chat is to be fetched.

/** What an answer says, unless it is older than what events said. */
export function mergeChat(known: Chat | undefined, fetched: Chat): Chat {
  if (!known) return fetched;
  const marked = marksOf(known).reduce(withMarks, fetched);
  if (known.lastSeq > fetched.lastSeq) {
    const { lastMessage, lastMessageAt, lastSeq, unread, unreadMentions, readSeq } = known;
    return { ...marked, lastMessage, lastMessageAt, lastSeq, unread, unreadMentions, readSeq };
  }
  const isOlder = known.lastSeq === fetched.lastSeq && isNewer(known.lastMessage, fetched.lastMessage);
  return isOlder ? { ...marked, lastMessage: known.lastMessage } : marked;
}

/** Of two last messages of one chat: an earlier one is what is left since later ones were hidden. */
function isNewer(one: Message | null, other: Message | null): boolean {
  if (one?.seq !== other?.seq) return (one?.seq ?? 0) < (other?.seq ?? 0);
  return (one?.rev ?? 0) > (other?.rev ?? 0);
}

/** A chat that the person has read up to a place, when that is all of it; otherwise the server says what is left. */
export function readHere(chat: Chat, seq: number): Chat {
  const isAll = seq > chat.readSeq && seq >= chat.lastSeq;
  return isAll ? { ...chat, readSeq: chat.lastSeq, ...nothingUnread } : chat;
}

export const nothingUnread = { unread: 0, unreadMentions: 0 };

/** How far each of the others has come, as far as that is known here. */
export function marksOf(chat: Chat): readonly Marks[] {
  if (chat.kind === 'group') return chat.marks ?? [];
  const { participant, theirReadSeq: readSeq, theirDeliveredSeq: deliveredSeq } = chat;
  return [{ userId: participant.id, readSeq, deliveredSeq }];
}

/** A chat in which one of the others has come so far. Marks only go forward. */
export function withMarks(chat: Chat, { userId, readSeq, deliveredSeq }: Marks): Chat {
  const known = marksOf(chat).find((marks) => marks.userId === userId);
  if (!known || (readSeq <= known.readSeq && deliveredSeq <= known.deliveredSeq)) return chat;
  const moved = {
    userId,
    readSeq: Math.max(readSeq, known.readSeq),
    deliveredSeq: Math.max(deliveredSeq, known.deliveredSeq),
  };
  return chat.kind === 'direct'
    ? { ...chat, theirReadSeq: moved.readSeq, theirDeliveredSeq: moved.deliveredSeq }
    : { ...chat, marks: chat.marks?.map((marks) => (marks === known ? moved : marks)) };
}

/** A message that is new. Sending marks everything before it as read. */
export function withNewMessage(chat: Chat, message: Message, viewerId: UserId): Chat {
  const { seq, createdAt } = message;
  const next = { ...chat, lastMessage: message, lastMessageAt: createdAt, lastSeq: seq };
  if (message.sender.id === viewerId) {
    return message.kind === 'text'
      ? { ...next, readSeq: Math.max(seq, chat.readSeq), ...nothingUnread }
      : next;
  }
  const isUnread = seq > chat.readSeq && message.deletedAt === null && message.kind === 'text';
  const unread = chat.unread + (isUnread ? 1 : 0);
  const unreadMentions = chat.unreadMentions + (isUnread && message.mentions.includes(viewerId) ? 1 : 0);
  const sent = { ...next, unread, unreadMentions };
  return message.kind === 'text'
    ? withMarks(sent, { userId: message.sender.id, readSeq: seq, deliveredSeq: seq })
    : sent;
}

/** Whether a change of a message may have changed what is unread: a deletion, or an edit of whom it names. */
export function mayCountAnew(chat: Chat, message: Message, viewerId: UserId): boolean {
  if (message.sender.id === viewerId || message.seq <= chat.readSeq) return false;
  const mayName = message.mentions.includes(viewerId) || chat.unreadMentions > 0;
  return message.deletedAt !== null || (message.editedAt !== null && mayName);
}

/** A message that was known in some form, and shows in the list when it is the last one or what that one answers. */
export function withChangedMessage(chat: Chat, message: Message): Chat {
  const { lastMessage } = chat;
  if (!lastMessage) return chat;
  if (message.seq === lastMessage.seq) {
    return message.rev > lastMessage.rev ? { ...chat, lastMessage: message } : chat;
  }
  return lastMessage.replyTo?.messageId === message.id
    ? { ...chat, lastMessage: { ...lastMessage, replyTo: toReply(message) } }
    : chat;
}
