import { MemoryBroker } from '../../src/delivery/broker.memory.ts';
import { Connections } from '../../src/delivery/connections.ts';
import { MemoryPresenceStore } from '../../src/delivery/presence-store.memory.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readEnv } from '../../src/platform/env.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { Metrics } from '../../src/platform/metrics.ts';
import { identityOf } from './identity.ts';

/** What sockets use: no database, and everybody is who they say. */
export function createApp() {
  const clock = systemClock;
  const broker = new MemoryBroker();
  return {
    env: readEnv({ NODE_ENV: 'test' }),
    log: createLogger('error'),
    clock,
    broker,
    connections: new Connections(new MemoryPresenceStore(broker, clock)),
    metrics: new Metrics(),
    authenticate: identityOf,
  };
}
