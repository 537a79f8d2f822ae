import type { AppContext } from '../../src/app-context.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readEnv } from '../../src/platform/env.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { Metrics } from '../../src/platform/metrics.ts';
import { MemoryBroker } from '../../src/realtime/broker.memory.ts';
import { Connections } from '../../src/realtime/connections.ts';
import { MemoryPresenceStore } from '../../src/realtime/presence-store.memory.ts';
import { identityOf } from './identity.ts';

/** As much of the app as sockets use: no database, and everybody is who they say. */
export function createApp(): AppContext {
  const clock = systemClock;
  const broker = new MemoryBroker();
  const presence = new MemoryPresenceStore(broker, clock);
  const app: Partial<AppContext> = {
    env: readEnv({ NODE_ENV: 'test' }),
    log: createLogger('error'),
    clock,
    broker,
    presence,
    connections: new Connections(presence),
    metrics: new Metrics(),
    authenticate: identityOf,
  };
  return app as AppContext;
}
