import type {
  ChatEvent,
  ChatId,
  CloseReason,
  MessageEvent,
  PresenceEvent,
  TypingEvent,
  UserId,
} from '@whisper/shared';
import type { Topic } from './broker.ts';
import type { FeedItem } from '@whisper/trpc-socket/feed';

/** Somebody came or went. */
export type PresenceCame = Exclude<PresenceEvent, { type: 'list' }>;

/**
 * The same of several people. Of what two processes tell of one person that with the greater `order` is later, whichever
 * arrives first; what has none is told in order.
 */
export type PeopleCame = { readonly userIds: readonly UserId[]; readonly order?: number | undefined } & (
  | { readonly type: 'online' }
  | { readonly type: 'offline'; readonly lastSeenAt: Date }
);

/** What happens to a person, wherever their sockets are. */
export type News =
  | { readonly type: 'joined'; readonly userId: UserId }
  | { readonly type: 'profileChanged'; readonly clerkId: string }
  /** Of a direct chat: an erased person's place in it is a stand-in's. */
  | { readonly type: 'peopleChanged'; readonly chatId: ChatId }
  | { readonly type: 'revoked'; readonly keys: readonly string[]; readonly at: number }
  /** Of those who come to a chat, and of all its people, each shares it with the others from now on. */
  | {
      readonly type: 'contactsMade';
      readonly userIds: readonly UserId[];
      readonly coming: readonly UserId[];
    }
  | {
      readonly type: 'blocksChanged';
      readonly by: UserId;
      readonly userId: UserId;
      readonly isBlocked: boolean;
      readonly at: number;
    }
  | { readonly type: 'presenceHidden'; readonly userId: UserId; readonly isHidden: boolean }
  | { readonly type: 'closeUser' | 'closeNameless'; readonly userId: UserId; readonly reason: CloseReason }
  | { readonly type: 'closeSession'; readonly sessionId: string; readonly reason: CloseReason };

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
  /** Of everybody: that many come at once costs a message for all of them. */
  presence: (): Topic<PeopleCame> => ({ name: 'presence' }),
  /** What every process has to know. */
  news: (): Topic<News> => ({ name: 'news' }),
};

/** Whose messages a topic is about, by its name; undefined of a topic that is about something else. */
export function messagesTopicOf(name: string): { chatId?: ChatId; userId?: UserId } | undefined {
  const [kind, of, id] = name.split(':');
  if (kind !== 'messages') return undefined;
  return of === 'user' ? { userId: id as UserId } : { chatId: id as ChatId };
}
