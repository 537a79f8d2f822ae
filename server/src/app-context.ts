import type { Connection as Database } from 'mongoose';
import type { Clock } from './platform/clock.ts';
import type { Env } from './platform/env.ts';
import type { Logger } from './platform/logger.ts';
import type { RateLimits } from './platform/rate-limits.ts';
import type { Broker } from './realtime/broker.ts';
import type { Connections } from './realtime/connections.ts';
import type { PresenceStore } from './realtime/presence-store.ts';
import type { Identity } from './trpc/request-context.ts';
import type { TypingState } from './typing/typing-state.ts';

/** Everything a server owns. It is made once by startServer and handed to every verb as first argument. */
export type AppContext = {
  readonly env: Env;
  readonly log: Logger;
  readonly clock: Clock;
  readonly db: Database;
  readonly broker: Broker;
  readonly presence: PresenceStore;
  readonly connections: Connections;
  readonly typing: TypingState;
  readonly rateLimits: RateLimits;
  /** The one way from a token to a person, on every wire; throws UNAUTHORIZED. Provisions on first contact. */
  readonly authenticate: (token: string | undefined) => Promise<Identity>;
};
