import type { ChatId, Message, MessageId, Unread, User, UserId } from '@whisper/shared';
import type { LRUCache } from 'lru-cache';
import type { Connection as Database } from 'mongoose';
import type { Broker } from '../delivery/broker.ts';
import type { Clock } from '../platform/clock.ts';
import type { FairGate } from '../platform/fair-gate.ts';
import type { KnownChat } from './chat.view.ts';
import type { PlanChanges } from './group-change.ts';
import type { LastMessages } from './last-messages.ts';
import type { Sight } from './sight.ts';

/** What this room needs. Messages sit above chats, so what reads and writes them is handed down. */
export type ChatsDeps = {
  readonly db: Database;
  readonly clock: Clock;
  readonly broker: Broker;
  /** What streams read again waits for its turn among people, like everything else that is read. */
  readonly reads: Pick<FairGate, 'run'>;
  readonly lastMessages: LastMessages;
  /** What never changes of a chat, so that what was read once stays true. */
  readonly memberships: LRUCache<ChatId, KnownChat>;
  /** Chats show their last message. */
  readonly findMessages: (ids: readonly MessageId[]) => Promise<Map<MessageId, Message>>;
  /** The newest message of a chat that a person is shown. */
  readonly findNewestShown: (chatId: ChatId, sight: Sight) => Promise<Message | null>;
  readonly countUnread: (range: UnreadRange) => Promise<Unread>;
  /** The oldest of what `countUnread` counts. */
  readonly listUnread: (range: UnreadRange, limit: number) => Promise<Message[]>;
  /** Changes a group, in the order of its log. */
  readonly changeGroup: (chatId: ChatId, change: ChangeGroup) => Promise<void>;
};

export type ChangeGroup = { readonly by: User; readonly plan: PlanChanges };

/** What others wrote between two places and did not delete, and the person did not hide. */
export type UnreadRange = {
  readonly chatId: ChatId;
  readonly afterSeq: number;
  /** The chat's newest place when it was read, so that what comes meanwhile is in both or in neither. */
  readonly untilSeq: number;
  readonly viewerId: UserId;
  readonly hidden: ReadonlySet<number>;
};
