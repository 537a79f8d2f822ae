import type { ChatEvent, ChatId, MessageEvent, PresenceEvent, TypingEvent, UserId } from '@whisper/shared';
import type { Topic } from './broker.ts';
import type { FeedItem } from '@whisper/trpc-socket/feed';

/** Every topic there is. Message events travel twice, because their ids differ by stream. */
export const topics = {
  messagesOfChat: (chatId: ChatId): Topic<FeedItem<MessageEvent>> => ({ name: `messages:chat:${chatId}` }),
  messagesOfUser: (userId: UserId): Topic<FeedItem<MessageEvent>> => ({ name: `messages:user:${userId}` }),
  chatsOfUser: (userId: UserId): Topic<FeedItem<ChatEvent>> => ({ name: `chats:user:${userId}` }),
  typingForUser: (userId: UserId): Topic<TypingEvent> => ({ name: `typing:user:${userId}` }),
  presence: (): Topic<PresenceEvent> => ({ name: 'presence' }),
};

/** Whose messages a topic is about, by its name; undefined of a topic that is about something else. */
export function messagesTopicOf(name: string): { chatId?: ChatId; userId?: UserId } | undefined {
  const [kind, of, id] = name.split(':');
  if (kind !== 'messages') return undefined;
  return of === 'chat' ? { chatId: id as ChatId } : { userId: id as UserId };
}
