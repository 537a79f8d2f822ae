import type { ChatId, Message, MessageId } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import type { RevokedSessions } from './auth/revoked-sessions.ts';
import type { Membership } from './chats/chat.view.ts';
import type { LastMessages } from './chats/last-messages.ts';
import type { MessageLog } from './messages/message-log.ts';
import type { BoundedMap } from './platform/bounded-map.ts';
import type { Clock } from './platform/clock.ts';
import type { Env } from './platform/env.ts';
import type { Logger } from './platform/logger.ts';
import type { Metrics } from './platform/metrics.ts';
import type { RateLimits } from './platform/rate-limits.ts';
import type { Broker } from './realtime/broker.ts';
import type { Connections } from './realtime/connections.ts';
import type { PresenceStore } from './realtime/presence-store.ts';
import type { Authenticate } from './trpc/request-context.ts';
import type { TypingState } from './typing/typing-state.ts';
import type { People } from './users/people.ts';

/** Everything a server owns. It is made once by startServer and handed to every verb as first argument. */
export type AppContext = {
  readonly env: Env;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly db: Database;
  readonly broker: Broker;
  readonly presence: PresenceStore;
  readonly connections: Connections;
  readonly rateLimits: RateLimits;
  readonly people: People;
  readonly revokedSessions: RevokedSessions;
  readonly typing: TypingState;
  readonly lastMessages: LastMessages;
  readonly messageLog: MessageLog;
  /** Who is in a chat. A direct chat's people never change, so what was read once stays true. */
  readonly memberships: BoundedMap<ChatId, Membership>;
  /** The one way from a token to a person, on every wire; throws UNAUTHORIZED. Provisions on first contact. */
  readonly authenticate: Authenticate;
  /** Chats show their last message; messages sit above chats, so the reader is handed down. */
  readonly findMessages: (ids: readonly MessageId[]) => Promise<Map<MessageId, Message>>;
};
