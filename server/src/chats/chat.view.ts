import type { Chat, ChatId, Message, User, UserId } from '@whisper/shared';
import type { ChatDoc } from './chat.model.ts';

/** A chat and who is in it: all that other rooms need to know of one. */
export type Membership = { readonly chatId: ChatId; readonly participants: readonly UserId[] };

export function toMembership(doc: Pick<ChatDoc, '_id' | 'participants' | 'mergedInto'>): Membership {
  return {
    chatId: (doc.mergedInto ?? doc._id).toHexString() as ChatId,
    participants: doc.participants.map((id) => id.toHexString() as UserId),
  };
}

type Shown = { readonly viewerId: UserId; readonly participant: User; readonly lastMessage: Message | null };

/** The chat as `viewerId` sees it. */
export function toChat(doc: ChatDoc, { viewerId, participant, lastMessage }: Shown): Chat {
  return {
    id: doc._id.toHexString() as ChatId,
    participant,
    lastMessage,
    lastMessageAt: doc.lastMessageAt,
    unread: countUnread(doc, viewerId),
    createdAt: doc.createdAt,
  };
}

/** Sending moves the sender's own mark, so everything after it came from somebody else. */
export function countUnread(doc: Pick<ChatDoc, 'lastSeq' | 'readSeqs'>, viewerId: UserId): number {
  return Math.max(0, doc.lastSeq - (doc.readSeqs[viewerId] ?? 0));
}
