import type { Attachment, Chat, Me, Message, User, UserId } from '@whisper/shared';
import type {
  LegacyChat,
  LegacyLastMessage,
  LegacyMe,
  LegacyMessage,
  LegacyUser,
} from '@whisper/shared/legacy';

/** The addresses that the reader of an answer may see; others are shown empty. */
export type Emails = ReadonlyMap<UserId, string>;

/** An address at which the reader of an answer finds a file. */
export type LinkTo = (attachment: Attachment) => string;

const noEmails: Emails = new Map();

export function toLegacyUser({ id, name, avatar }: User, emails: Emails): LegacyUser {
  return { _id: id, name, email: emails.get(id) ?? '', avatar: avatar ?? '' };
}

export function toLegacyMe(me: Me): LegacyMe {
  const user = toLegacyUser(me, new Map([[me.id, me.email]]));
  return { ...user, clerkId: me.clerkId, ...toTimes(me), __v: 0 };
}

/** Without `emails`, as on sockets: the old backend sent no address with a new message. */
export function toLegacyMessage(message: Message, linkTo: LinkTo, emails = noEmails): LegacyMessage {
  return {
    _id: message.id,
    chat: message.chatId,
    sender: toLegacyUser(message.sender, emails),
    text: toLegacyText(message, linkTo),
    ...toTimes(message),
    __v: 0,
  };
}

/** The old apps know one person per chat: in a group that is the group itself. */
export function toLegacyChat(chat: Chat, linkTo: LinkTo, emails: Emails): LegacyChat {
  const { id, lastMessage, lastMessageAt, createdAt } = chat;
  return {
    _id: id,
    participant: toLegacyUser(chat.participant, emails),
    lastMessage: lastMessage && toLegacyLastMessage(lastMessage, linkTo),
    lastMessageAt: lastMessageAt.toISOString(),
    createdAt: createdAt.toISOString(),
  };
}

function toLegacyLastMessage(message: Message, linkTo: LinkTo): LegacyLastMessage {
  return { ...toLegacyMessage(message, linkTo), sender: message.sender.id };
}

/** The old apps show text and nothing else: of a deleted message that it was, of files where they are, each on a line. */
function toLegacyText({ text, attachments, deletedAt }: Message, linkTo: LinkTo): string {
  if (deletedAt) return 'Message deleted';
  return [...(text === '' ? [] : [text]), ...attachments.map(linkTo)].join('\n');
}

function toTimes({ createdAt, updatedAt }: Pick<Message, 'createdAt' | 'updatedAt'>) {
  return { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
