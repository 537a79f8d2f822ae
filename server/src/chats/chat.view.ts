import type { Chat, ChatId, MarksMoved, Message, User, UserId } from '@whisper/shared';
import type { ChatDoc } from './chat.model.ts';

/** A chat and who is in it: all that other rooms need to know of one. */
export type Membership = { readonly chatId: ChatId; readonly participants: readonly UserId[] };

export function toMembership(doc: Pick<ChatDoc, '_id' | 'participants' | 'mergedInto'>): Membership {
  return {
    chatId: (doc.mergedInto ?? doc._id).toHexString() as ChatId,
    participants: doc.participants.map((id) => id.toHexString() as UserId),
  };
}

type Shown = {
  readonly viewerId: UserId;
  readonly participant: User;
  readonly lastMessage: Message | null;
  readonly unread: number;
};

/** The chat as `viewerId` sees it. */
export function toChat(doc: ChatDoc, { viewerId, participant, lastMessage, unread }: Shown): Chat {
  const [mine, theirs] = [toMarks(doc, viewerId), toMarks(doc, participant.id)];
  return {
    id: doc._id.toHexString() as ChatId,
    participant,
    lastMessage,
    lastMessageAt: doc.lastMessageAt,
    lastSeq: doc.lastSeq,
    unread,
    readSeq: mine.readSeq,
    theirReadSeq: theirs.readSeq,
    theirDeliveredSeq: theirs.deliveredSeq,
    createdAt: doc.createdAt,
  };
}

type Marks = Pick<MarksMoved, 'readSeq' | 'deliveredSeq'>;

/** How far a person has come in the chat. Sending moves the sender's own mark; what was read was delivered. */
export function toMarks(doc: Pick<ChatDoc, 'readSeqs' | 'deliveredSeqs'>, userId: UserId): Marks {
  const readSeq = doc.readSeqs[userId] ?? 0;
  return { readSeq, deliveredSeq: Math.max(readSeq, doc.deliveredSeqs?.[userId] ?? 0) };
}
