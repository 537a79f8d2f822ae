import type { Chat, Me, Message, User, UserId } from '@whisper/shared';
import type {
  LegacyChat,
  LegacyLastMessage,
  LegacyMe,
  LegacyMessage,
  LegacyUser,
} from '@whisper/shared/legacy';

/** The addresses that the reader of an answer may see; others are shown empty. */
export type Emails = ReadonlyMap<UserId, string>;

const noEmails: Emails = new Map();

export function toLegacyUser({ id, name, avatar }: User, emails: Emails): LegacyUser {
  return { _id: id, name, email: emails.get(id) ?? '', avatar: avatar ?? '' };
}

export function toLegacyMe(me: Me): LegacyMe {
  const user = toLegacyUser(me, new Map([[me.id, me.email]]));
  return { ...user, clerkId: me.clerkId, ...toTimes(me), __v: 0 };
}

/** Without `emails`, as on sockets: the old backend sent no address with a new message. */
export function toLegacyMessage(message: Message, emails = noEmails): LegacyMessage {
  return {
    _id: message.id,
    chat: message.chatId,
    sender: toLegacyUser(message.sender, emails),
    text: toLegacyText(message),
    ...toTimes(message),
    __v: 0,
  };
}

/** The old apps know one person per chat: in a group that is the group itself. */
export function toLegacyChat(chat: Chat, emails: Emails): LegacyChat {
  const { id, lastMessage, lastMessageAt, createdAt } = chat;
  return {
    _id: id,
    participant: toLegacyUser(chat.participant, emails),
    lastMessage: lastMessage && toLegacyLastMessage(lastMessage),
    lastMessageAt: lastMessageAt.toISOString(),
    createdAt: createdAt.toISOString(),
  };
}

function toLegacyLastMessage(message: Message): LegacyLastMessage {
  return { ...toLegacyMessage(message), sender: message.sender.id };
}

/** The old apps show every row, so the place of a deleted message says what it is. */
function toLegacyText({ text, deletedAt }: Message): string {
  return deletedAt ? 'Message deleted' : text;
}

function toTimes({ createdAt, updatedAt }: Pick<Message, 'createdAt' | 'updatedAt'>) {
  return { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
