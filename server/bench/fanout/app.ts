import { LoopShare } from '@whisper/trpc-socket';
import { MemoryBroker } from '../../src/delivery/broker.memory.ts';
import { Connections } from '../../src/delivery/connections.ts';
import { MemoryPresenceStore } from '../../src/delivery/presence-store.memory.ts';
import { HeldBytes } from '../../src/delivery/held-bytes.ts';
import { Strangers } from '../../src/http/strangers.ts';
import { Admission } from '../../src/platform/admission.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readEnv } from '../../src/platform/env.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { Metrics } from '../../src/platform/metrics.ts';
import { unlimited } from '../../src/platform/rate-limits.ts';
import { identityOf } from './identity.ts';

/** What every procedure of the bench says of itself. */
export const meta = { docs: '', cost: { budget: 'subscriptions', points: 1 } } as const;

/** What sockets use: no database, and everybody is who they say. */
export function createApp() {
  const clock = systemClock;
  const broker = new MemoryBroker();
  const held = new HeldBytes(clock);
  const share = new LoopShare();
  return {
    rateLimits: unlimited,
    held,
    strangers: new Strangers(),
    share,
    admission: new Admission({ clock, share, rateLimits: unlimited, hasRoomFor: held.hasRoomFor.bind(held) }),
    env: readEnv({ NODE_ENV: 'test' }),
    log: createLogger('error'),
    clock,
    broker,
    connections: new Connections({
      presence: new MemoryPresenceStore({ broker, clock, noteLastSeen: () => undefined }),
    }),
    metrics: new Metrics(),
    authenticate: identityOf,
  };
}
