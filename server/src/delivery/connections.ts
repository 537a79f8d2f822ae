import { setTimeout } from 'node:timers/promises';
import { limits, type CloseReason, type UserId } from '@whisper/shared';
import type { PresenceStore } from './presence-store.ts';

/** One open socket of a signed-in person, on whichever wire. */
export interface Connection {
  readonly id: string;
  readonly userId: UserId;
  /** The person is present with it and nobody is told. */
  readonly isHidden: boolean;
  /** Whoever opened it says that the person looks at it; `Connections.setForeground` tells when that changes. */
  readonly isForeground: boolean;
  /** Clerk's session (`sid`), when the token named one; it changes when a refreshed token names another. */
  readonly sessionId: string | null;
  close(reason: CloseReason): void;
  /** Asks the client to reconnect, because this process is about to end. */
  notifyDraining(): void;
  /** The same where others go on: the client finds one of them. */
  move(): void;
}

type Options = {
  readonly presence: PresenceStore;
  /** The people who look at one of their devices. */
  readonly foreground?: PresenceStore;
  readonly onRemoved?: (connectionId: string) => void;
};

/**
 * Every signed-in socket of this process. Being here is what makes a person present.
 * `onRemoved` hears of every connection that leaves.
 */
export class Connections {
  readonly #presence: PresenceStore;
  readonly #foreground: PresenceStore | undefined;
  readonly #byId = new Map<string, Connection>();
  readonly #byUser = new Map<UserId, Set<Connection>>();
  readonly #onRemoved: (connectionId: string) => void;

  constructor({ presence, foreground, onRemoved = () => undefined }: Options) {
    this.#presence = presence;
    this.#foreground = foreground;
    this.#onRemoved = onRemoved;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Who has any of them. */
  get people(): UserId[] {
    return [...this.#byUser.keys()];
  }

  /** False, and nothing done, when the person has as many sockets as they may. */
  add(connection: Connection): boolean {
    const siblings = this.#byUser.get(connection.userId) ?? new Set();
    if (siblings.size >= limits.socketsPerUserMax) return false;
    this.#byUser.set(connection.userId, siblings.add(connection));
    this.#byId.set(connection.id, connection);
    if (!connection.isHidden) this.#presence.connect(connection.userId, connection.id);
    if (connection.isForeground) this.#foreground?.connect(connection.userId, connection.id);
    return true;
  }

  /** Removing twice is harmless. */
  remove(connection: Connection): void {
    if (!this.#byId.delete(connection.id)) return;
    const siblings = this.#byUser.get(connection.userId);
    siblings?.delete(connection);
    if (siblings?.size === 0) this.#byUser.delete(connection.userId);
    this.#onRemoved(connection.id);
    this.#presence.disconnect(connection.userId, connection.id);
    this.#foreground?.disconnect(connection.userId, connection.id);
  }

  /** The person looks at what is on the other end of this connection, or does not any more. */
  setForeground({ id, userId }: Pick<Connection, 'id' | 'userId'>, isForeground: boolean): void {
    if (!this.#byId.has(id)) return;
    if (isForeground) this.#foreground?.connect(userId, id);
    else this.#foreground?.disconnect(userId, id);
  }

  /** The person hides, or shows themselves again. */
  setHidden(userId: UserId, isHidden: boolean): void {
    if (isHidden) return this.#presence.forget(userId);
    for (const { id } of this.#byUser.get(userId) ?? []) this.#presence.connect(userId, id);
  }

  closeUser(userId: UserId, reason: CloseReason): void {
    for (const connection of [...(this.#byUser.get(userId) ?? [])]) connection.close(reason);
  }

  closeSession(sessionId: string, reason: CloseReason): void {
    for (const connection of [...this.#byId.values()]) {
      if (connection.sessionId === sessionId) connection.close(reason);
    }
  }

  /** Closes those of the person's connections of which it is not known in which session they are. */
  closeNameless(userId: UserId, reason: CloseReason): void {
    for (const connection of [...(this.#byUser.get(userId) ?? [])]) {
      if (connection.sessionId === null) connection.close(reason);
    }
  }

  /** Asks every client to move to another process, each at a moment of its own. Resolves when all were asked. */
  async moveAway(withinMs: number): Promise<void> {
    const all = [...this.#byId.values()];
    const moves = all.map(async (connection) => {
      await setTimeout(Math.random() * withinMs, undefined, { ref: false });
      if (this.#byId.has(connection.id)) connection.move();
    });
    await Promise.all(moves);
  }

  notifyDraining(): void {
    for (const connection of this.#byId.values()) connection.notifyDraining();
  }
}
