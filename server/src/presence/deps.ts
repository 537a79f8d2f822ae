import type { Connection as Database } from 'mongoose';
import type { Broker } from '../delivery/broker.ts';
import type { PresenceStore } from '../delivery/presence-store.ts';
import type { FairGate } from '../platform/fair-gate.ts';
import type { UsersDeps } from '../users/deps.ts';

/** What this room needs. */
export type PresenceDeps = Pick<UsersDeps, 'viewers' | 'tell' | 'blocks'> & {
  readonly db: Database;
  readonly broker: Broker;
  readonly presence: PresenceStore;
  readonly streams: Pick<FairGate, 'run'>;
};
