import { limits, type UserId } from '@whisper/shared';
import type { Clock } from '../platform/clock.ts';
import type { Broker } from './broker.ts';
import type { PresenceStore } from './presence-store.ts';
import { topics } from './topics.ts';

type Entry = { readonly connectionIds: Set<string>; cancelOffline: () => void };

const nothing = () => undefined;

/** Presence within one process. */
export class MemoryPresenceStore implements PresenceStore {
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #entries = new Map<UserId, Entry>();

  constructor(broker: Broker, clock: Clock) {
    this.#broker = broker;
    this.#clock = clock;
  }

  connect(userId: UserId, connectionId: string): void {
    const known = this.#entries.get(userId);
    const entry = known ?? { connectionIds: new Set<string>(), cancelOffline: nothing };
    entry.cancelOffline();
    entry.cancelOffline = nothing;
    entry.connectionIds.add(connectionId);
    if (known) return;
    this.#entries.set(userId, entry);
    this.#broker.publish(topics.presence(), { type: 'online', userId });
  }

  disconnect(userId: UserId, connectionId: string): void {
    const entry = this.#entries.get(userId);
    if (!entry?.connectionIds.delete(connectionId) || entry.connectionIds.size > 0) return;
    entry.cancelOffline = this.#clock.after(limits.offlineGraceMs, () => {
      this.#entries.delete(userId);
      this.#broker.publish(topics.presence(), { type: 'offline', userId });
    });
  }

  list(): Promise<readonly UserId[]> {
    return Promise.resolve([...this.#entries.keys()]);
  }
}
