import type { ChatEvent, ChatId, MessageEvent, PresenceEvent, TypingEvent, UserId } from '@whisper/shared';
import type { Topic } from './broker.ts';
import type { FeedItem } from '@whisper/trpc-socket/feed';

/**
 * Every topic there is. Message events travel twice, because their ids differ by stream: by the chat's own topic, and by each
 * person's or, in a large group, by that of all its people.
 */
export const topics = {
  messagesOfChat: (chatId: ChatId): Topic<FeedItem<MessageEvent>> => ({ name: `messages:chat:${chatId}` }),
  messagesOfGroup: (chatId: ChatId): Topic<FeedItem<MessageEvent>> => ({ name: `messages:group:${chatId}` }),
  messagesOfUser: (userId: UserId): Topic<FeedItem<MessageEvent>> => ({ name: `messages:user:${userId}` }),
  chatsOfUser: (userId: UserId): Topic<FeedItem<ChatEvent>> => ({ name: `chats:user:${userId}` }),
  typingForUser: (userId: UserId): Topic<TypingEvent> => ({ name: `typing:user:${userId}` }),
  presence: (): Topic<PresenceEvent> => ({ name: 'presence' }),
};
