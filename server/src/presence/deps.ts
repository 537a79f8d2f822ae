import type { Connection as Database } from 'mongoose';
import type { ChatsDeps } from '../chats/deps.ts';
import type { Broker } from '../delivery/broker.ts';
import type { PresenceStore } from '../delivery/presence-store.ts';
import type { UsersDeps } from '../users/deps.ts';
import type { PresenceHub } from './presence-hub.ts';

/** What this room needs. */
export type PresenceDeps = Pick<UsersDeps, 'viewers' | 'tell' | 'blocks'> &
  Pick<ChatsDeps, 'listContacts'> & {
    readonly db: Database;
    readonly broker: Broker;
    readonly presence: PresenceStore;
  };

/** What the streams and lists of this room share besides. */
export type WatchDeps = Pick<PresenceDeps, 'db' | 'presence' | 'blocks' | 'listContacts'> & {
  readonly hub: PresenceHub;
  /** Resolves when it is somebody's turn: what many who come at once need is read for all of them. */
  readonly arrive: () => Promise<void>;
};
