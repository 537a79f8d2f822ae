import type { ChatId, Message, MessageId, UserId } from '@whisper/shared';
import type { LRUCache } from 'lru-cache';
import type { Connection as Database } from 'mongoose';
import type { Broker } from '../delivery/broker.ts';
import type { Clock } from '../platform/clock.ts';
import type { FairGate } from '../platform/fair-gate.ts';
import type { Membership } from './chat.view.ts';
import type { LastMessages } from './last-messages.ts';

/** What this room needs. */
export type ChatsDeps = {
  readonly db: Database;
  readonly clock: Clock;
  readonly broker: Broker;
  /** What streams read again waits for its turn among people, like everything else that is read. */
  readonly reads: Pick<FairGate, 'run'>;
  readonly lastMessages: LastMessages;
  /** Who is in a chat. A direct chat's people never change, so what was read once stays true. */
  readonly memberships: LRUCache<ChatId, Membership>;
  /** Chats show their last message; messages sit above chats, so the reader is handed down. */
  readonly findMessages: (ids: readonly MessageId[]) => Promise<Map<MessageId, Message>>;
  /** How many messages after a place others wrote and did not delete. */
  readonly countUnread: (after: UnreadAfter) => Promise<number>;
};

export type UnreadAfter = {
  readonly chatId: ChatId;
  readonly afterSeq: number;
  readonly viewerId: UserId;
};
