import type { Message, MessageCreated } from '@whisper/shared';
import type { Membership } from '../../chats/chat.view.ts';
import type { Broker } from '../../delivery/broker.ts';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import { topics } from '../../delivery/topics.ts';
import { toChatCursor, toTimeCursor } from './event-cursor.ts';

/** The one place where a message becomes an event, live and in a replay. */
export function toEvent(message: Message): MessageCreated {
  return { type: 'created', chatId: message.chatId, rev: message.rev, message };
}

/** Announces a stored message to the chat's stream and to every participant's own; both carry the same event. */
export function publishMessage(broker: Broker, message: Message, { participants }: Membership): void {
  const { chatId, rev, updatedAt } = message;
  const data = toEvent(message);
  const ofChat = { data, id: toChatCursor(chatId, rev), audience: participants };
  const ofUsers: FeedItem<MessageCreated> = { ...ofChat, id: toTimeCursor(updatedAt.getTime(), message) };
  broker.publish(topics.messagesOfChat(chatId), ofChat);
  for (const userId of participants) broker.publish(topics.messagesOfUser(userId), ofUsers);
}
