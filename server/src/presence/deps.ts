import type { Connection as Database } from 'mongoose';
import type { ListContacts } from '../chats/list-contacts.ts';
import type { Broker } from '../delivery/broker.ts';
import type { PresenceStore } from '../delivery/presence-store.ts';
import type { UsersDeps } from '../users/deps.ts';

/** What this room needs. */
export type PresenceDeps = Pick<UsersDeps, 'viewers' | 'tell' | 'blocks'> & {
  readonly db: Database;
  readonly broker: Broker;
  readonly presence: PresenceStore;
};

/** What the streams and lists of this room share besides. */
export type WatchDeps = Pick<PresenceDeps, 'db' | 'broker' | 'presence' | 'blocks'> & {
  readonly listContacts: ListContacts;
};
