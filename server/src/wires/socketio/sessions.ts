import { LRUCache } from 'lru-cache';
import { randomUUID } from 'node:crypto';
import { Adapter, type Session } from 'socket.io-adapter';
import type { Clock } from '../../platform/clock.ts';
import type { Delivered } from './delivered.ts';

/** How long a client may be away and still go on where it was. */
export const awayMaxMs = 10 * 60_000;

const sessionsMax = 50_000;

/** A client's connection, as far as recovery is concerned. */
export interface Held {
  readonly delivered: Delivered;
  /** The same client has another connection now. */
  release(): void;
}

type Entry = { readonly held: Held; cancelForget: () => void };

/**
 * Clients by the secret id that Socket.IO gives them for connection state recovery. Its own store forgets a client
 * that heard nothing for two minutes, does not know one whose dead connection is not noticed yet, and hands out what
 * was missed before the token is checked; this one does none of that.
 */
export class Sessions {
  readonly #clock: Clock;
  readonly #entries = new LRUCache<string, Entry>({ max: sessionsMax });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find(pid: string): Delivered | undefined {
    return this.#entries.get(pid)?.held.delivered;
  }

  /** The client has this connection now; one it had before is released. */
  hold(pid: string, held: Held): void {
    const previous = this.#entries.get(pid);
    this.#entries.set(pid, { held, cancelForget: () => undefined });
    previous?.cancelForget();
    previous?.held.release();
  }

  /** The connection broke: the client may come back for a while. */
  expectBack(pid: string, held: Held): void {
    const entry = this.#entries.get(pid);
    if (entry?.held !== held) return;
    entry.cancelForget = this.#clock.after(awayMaxMs, () => this.forget(pid, held));
  }

  /** The connection ended because the client or the server meant it. */
  forget(pid: string, held: Held): void {
    if (this.#entries.get(pid)?.held === held) this.#entries.delete(pid);
  }
}

/** Socket.IO's side of recovery: it restores nothing but who the client is. */
export function createAdapterClass(sessions: Sessions): typeof Adapter {
  return class extends Adapter {
    override restoreSession(pid: string): Promise<Session> {
      const delivered = sessions.find(pid);
      if (!delivered) return Promise.reject(new Error('There is no such session'));
      return Promise.resolve({ sid: randomUUID(), pid, rooms: [], data: { delivered }, missedPackets: [] });
    }
  };
}
