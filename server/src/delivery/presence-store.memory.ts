import type { UserId } from '@whisper/shared';
import type { Clock } from '../platform/clock.ts';
import type { Broker } from './broker.ts';
import type { NoteLastSeen, PresenceStore } from './presence-store.ts';
import { PresentHere } from './present-here.ts';
import { topics } from './topics.ts';

type Deps = {
  readonly broker: Pick<Broker, 'publish'>;
  readonly clock: Clock;
  readonly noteLastSeen: NoteLastSeen;
  /** `limits.offlineGraceMs` unless given. */
  readonly graceMs?: number;
};

/** Presence within one process. */
export class MemoryPresenceStore implements PresenceStore {
  readonly #here: PresentHere;

  constructor({ broker, clock, noteLastSeen, graceMs }: Deps) {
    const turns = {
      onCome: (userId: UserId) => broker.publish(topics.presence(), { type: 'online', userIds: [userId] }),
      onGo: (userId: UserId) => {
        const lastSeenAt = new Date(clock.now());
        noteLastSeen(userId, lastSeenAt);
        broker.publish(topics.presence(), { type: 'offline', userIds: [userId], lastSeenAt });
      },
    };
    this.#here = new PresentHere(clock, turns, graceMs);
  }

  connect(userId: UserId, connectionId: string): void {
    this.#here.connect(userId, connectionId);
  }

  disconnect(userId: UserId, connectionId: string): void {
    this.#here.disconnect(userId, connectionId);
  }

  forget(userId: UserId): void {
    this.#here.forget(userId);
  }

  findOnline(userIds: readonly UserId[]): Promise<UserId[]> {
    return Promise.resolve(userIds.filter((userId) => this.#here.has(userId)));
  }

  close(): Promise<void> {
    this.#here.close();
    return Promise.resolve();
  }
}
