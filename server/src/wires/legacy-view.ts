import type { Chat, Me, Message, User } from '@whisper/shared';
import type {
  LegacyChat,
  LegacyLastMessage,
  LegacyMe,
  LegacyMessage,
  LegacyUser,
} from '@whisper/shared/legacy';

export function toLegacyUser({ id, name, email, avatar }: User): LegacyUser {
  return { _id: id, name, email, avatar: avatar ?? '' };
}

export function toLegacyMe(me: Me): LegacyMe {
  return { ...toLegacyUser(me), clerkId: me.clerkId, ...toTimes(me), __v: 0 };
}

export function toLegacyMessage({ id, chatId, sender, text, ...times }: Message): LegacyMessage {
  return { _id: id, chat: chatId, sender: toLegacyUser(sender), text, ...toTimes(times), __v: 0 };
}

export function toLegacyChat({ id, participant, lastMessage, lastMessageAt, createdAt }: Chat): LegacyChat {
  return {
    _id: id,
    participant: toLegacyUser(participant),
    lastMessage: lastMessage && toLegacyLastMessage(lastMessage),
    lastMessageAt: lastMessageAt.toISOString(),
    createdAt: createdAt.toISOString(),
  };
}

function toLegacyLastMessage(message: Message): LegacyLastMessage {
  return { ...toLegacyMessage(message), sender: message.sender.id };
}

function toTimes({ createdAt, updatedAt }: Pick<Message, 'createdAt' | 'updatedAt'>) {
  return { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
