import type { Message, MessageEvent } from '@whisper/shared';
import type { Membership } from '../chats/chat.view.ts';
import type { Broker } from '../realtime/broker.ts';
import { FeedItem } from '../realtime/feed.ts';
import { topics } from '../realtime/topics.ts';
import { toChatCursor, toTimeCursor } from './event-cursor.ts';

/** Announces a stored message to the chat's stream and to every participant's own, encoded once for all. */
export function publishMessage(broker: Broker, message: Message, { participants }: Membership): void {
  const { chatId, rev } = message;
  const event: MessageEvent = { type: 'created', chatId, rev, message };
  const item = new FeedItem(event, { id: toChatCursor(chatId, rev), audience: participants });
  const ofUsers = item.withId(toTimeCursor(message.updatedAt.getTime(), message));
  broker.publish(topics.messagesOfChat(chatId), item);
  for (const userId of participants) broker.publish(topics.messagesOfUser(userId), ofUsers);
}
