import type { ChatId, Message, MessageId } from '@whisper/shared';
import type { LRUCache } from 'lru-cache';
import type { Connection as Database } from 'mongoose';
import type { Clock } from '../platform/clock.ts';
import type { Membership } from './chat.view.ts';
import type { LastMessages } from './last-messages.ts';

/** What this room needs. */
export type ChatsDeps = {
  readonly db: Database;
  readonly clock: Clock;
  readonly lastMessages: LastMessages;
  /** Who is in a chat. A direct chat's people never change, so what was read once stays true. */
  readonly memberships: LRUCache<ChatId, Membership>;
  /** Chats show their last message; messages sit above chats, so the reader is handed down. */
  readonly findMessages: (ids: readonly MessageId[]) => Promise<Map<MessageId, Message>>;
};
