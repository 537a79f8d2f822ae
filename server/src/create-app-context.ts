import type { Connection as Database } from 'mongoose';
import type { AppContext } from './app-context.ts';
import { createAuthenticate } from './auth/authenticate.ts';
import type { IdentityProvider } from './auth/identity-provider.ts';
import { RevokedSessions } from './auth/revoked-sessions.ts';
import { LastMessages } from './chats/last-messages.ts';
import { findMessages } from './messages/find-messages.ts';
import { MessageLog } from './messages/message-log.ts';
import { BoundedMap } from './platform/bounded-map.ts';
import type { Clock } from './platform/clock.ts';
import type { Env } from './platform/env.ts';
import type { Logger } from './platform/logger.ts';
import { Metrics } from './platform/metrics.ts';
import { createRateLimits, unlimited } from './platform/rate-limits.ts';
import { MemoryBroker } from './realtime/broker.memory.ts';
import { Connections } from './realtime/connections.ts';
import { MemoryPresenceStore } from './realtime/presence-store.memory.ts';
import { TypingState } from './typing/typing-state.ts';
import { People } from './users/people.ts';

const membershipsMax = 50_000;

type Foundations = {
  readonly env: Env;
  readonly log: Logger;
  readonly clock: Clock;
  readonly db: Database;
};

/** Makes everything a server owns, on the database it was given. */
export function createAppContext(foundations: Foundations, identity: IdentityProvider): AppContext {
  const { env, clock } = foundations;
  const broker = new MemoryBroker();
  const metrics = new Metrics();
  const presence = new MemoryPresenceStore(broker, clock);
  const typing = new TypingState(broker, clock);
  const connections = new Connections(presence, (id) => typing.stopDevice(id));
  const app: AppContext = {
    ...foundations,
    metrics,
    broker,
    presence,
    connections,
    rateLimits: env.RATE_LIMITS === 'on' ? createRateLimits(metrics) : unlimited,
    people: new People(clock),
    revokedSessions: new RevokedSessions(clock),
    typing,
    lastMessages: new LastMessages(foundations),
    messageLog: new MessageLog(),
    memberships: new BoundedMap(membershipsMax),
    authenticate: (token, options) => authenticate(token, options),
    findMessages: (ids) => findMessages(app, ids),
  };
  const authenticate = createAuthenticate(app, identity);
  metrics.gauge('whisper_connections', {
    help: 'Open sockets and event streams of signed-in people, on every wire.',
    read: () => connections.size,
  });
  metrics.gauge('whisper_subscriptions', {
    help: 'Live feeds: what subscribers are listening to.',
    read: () => broker.size,
  });
  return app;
}
