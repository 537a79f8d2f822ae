import type { ChatId, Message, MessageId, Unread, User, UserId } from '@whisper/shared';
import type { LRUCache } from 'lru-cache';
import type { Connection as Database } from 'mongoose';
import type { Broker } from '../delivery/broker.ts';
import type { Clock } from '../platform/clock.ts';
import type { FairGate } from '../platform/fair-gate.ts';
import type { UnknownWrites } from '../platform/unknown-writes.ts';
import type { Blocks } from '../users/blocks.ts';
import type { DirectMembership, KnownChat } from './chat.view.ts';
import type { PlanChanges } from './group-change.ts';
import type { LastMessages } from './last-messages.ts';
import type { ListContacts } from './list-contacts.ts';
import type { Sight } from './sight.ts';

/** What this room needs. Messages sit above chats, so what reads and writes them is handed down. */
export type ChatsDeps = {
  readonly db: Database;
  readonly clock: Clock;
  readonly broker: Broker;
  /** What was refused, and may still be done: no reader's position may lie behind its `completeUntil`. */
  readonly writes: Pick<UnknownWrites, 'completeUntil'>;
  /** What streams read waits here for its turn among people, see `inTurnOf`. */
  readonly streams: Pick<FairGate, 'run'>;
  readonly lastMessages: LastMessages;
  /** What never changes of a chat, so that what was read once stays true. */
  readonly memberships: LRUCache<ChatId, KnownChat>;
  readonly listContacts: ListContacts;
  /** Chats show their last message. */
  readonly findMessages: (ids: readonly MessageId[]) => Promise<Map<MessageId, Message>>;
  /** The newest message of a chat that a person is shown. */
  readonly findNewestShown: (chatId: ChatId, sight: Sight) => Promise<Message | null>;
  readonly countUnread: (range: UnreadRange) => Promise<Unread>;
  /** The oldest of what `countUnread` counts. */
  readonly listUnread: (range: UnreadRange, limit: number) => Promise<Message[]>;
  /** Changes a group, in the order of its log. */
  readonly changeGroup: (chatId: ChatId, change: ChangeGroup) => Promise<void>;
  readonly blocks: Blocks;
  /** Does something while nobody here writes to the chat. */
  readonly betweenWrites: (
    membership: DirectMembership,
    act: (heads: LogHeads) => Promise<void>,
  ) => Promise<void>;
  /** Messages that changed after that position are to the person again what they are to everyone. */
  readonly thaw: (
    membership: DirectMembership,
    frozen: { readonly userId: UserId; readonly afterRev: number },
  ) => Promise<void>;
};

/** Where a chat's log ends: the highest rev, and the highest place; zeros while it is empty. */
export type LogHeads = { readonly rev: number; readonly seq: number };

export type ChangeGroup = { readonly by: User; readonly plan: PlanChanges };

/** What others wrote between two places and did not delete, and the person is shown. Of whom they block nothing counts. */
export type UnreadRange = {
  readonly chatId: ChatId;
  readonly afterSeq: number;
  /** The chat's newest place when it was read, so that what comes meanwhile is in both or in neither. */
  readonly untilSeq: number;
  readonly viewerId: UserId;
  readonly sight: Sight;
};
