import type { ChatId, ClientId, Message, MessageId, User, UserId } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import { findUsers } from '../../users/find-users.ts';
import type { MessageDoc } from './message.model.ts';

export function toMessage(doc: MessageDoc, sender: User): Message {
  return {
    id: doc._id.toHexString() as MessageId,
    chatId: doc.chat.toHexString() as ChatId,
    sender,
    text: doc.text,
    seq: doc.seq,
    rev: doc.rev,
    clientId: doc.clientId as ClientId,
    createdAt: doc.createdAt,
    updatedAt: doc.updatedAt,
  };
}

/** Messages with their senders, in the order given, in one look-up. */
export async function toMessages(db: Database, docs: readonly MessageDoc[]): Promise<Message[]> {
  const senderOf = (doc: MessageDoc) => doc.sender.toHexString() as UserId;
  const senders = await findUsers({ db }, [...new Set(docs.map(senderOf))]);
  return docs.map((doc) => toMessage(doc, senders.get(senderOf(doc)) ?? unknownSender(senderOf(doc))));
}

/** People are never removed from the database; this stands in when somebody did it by hand. */
function unknownSender(id: UserId): User {
  return { id, name: 'Deleted user', email: '', avatar: null };
}
