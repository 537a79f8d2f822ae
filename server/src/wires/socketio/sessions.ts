import type { UserId } from '@whisper/shared';
import { createBoundedCache } from '../../platform/bounded-cache.ts';
import { randomUUID } from 'node:crypto';
import { Adapter, type Session } from 'socket.io-adapter';
import type { Clock } from '../../platform/clock.ts';
import type { Identity } from '../../identity/viewer.ts';
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

/** Where other processes find a client that comes back to them, and this one does after a restart. */
export interface OtherSessions {
  /**
   * A client that was not here before and does not know yet that it is connected. Where others write as well, it is told so
   * before this process listens to them: what is written meanwhile is read from the log, and nothing from before. Rejects when
   * it cannot be found out now where its chats are.
   */
  begin(userId: UserId, at: number): Promise<Delivered | undefined>;
  /** Neither this nor the next two reject: a client that is not kept is a new one later. */
  keep(pid: string, delivered: Delivered): Promise<void>;
  /** The connection broke: it is kept for a while. */
  expectBack(pid: string): Promise<void>;
  forget(pid: string): Promise<void>;
  /** What is known of the client, who says that this is what it saw last. Rejects when that cannot be found out now. */
  find(pid: string, offset: string): Promise<Delivered | undefined>;
}

type Entry = { readonly held: Held; cancelForget: () => void };

/**
 * Clients by the secret id that Socket.IO gives them for connection state recovery. Its own store forgets a client
 * that heard nothing for two minutes, does not know one whose dead connection is not noticed yet, and hands out what
 * was missed before the token is checked; this one does none of that. A client that comes back to another process is
 * found in `others`, and so is one that comes back after a restart; of the last seconds before what it saw last it may be
 * sent messages again.
 */
export class Sessions {
  readonly #clock: Clock;
  readonly #others: OtherSessions;
  readonly #entries = createBoundedCache<string, Entry>(sessionsMax);

  constructor(clock: Clock, others: OtherSessions) {
    this.#clock = clock;
    this.#others = others;
  }

  async find(pid: string, offset: string): Promise<Delivered | undefined> {
    return this.#entries.get(pid)?.held.delivered ?? this.#others.find(pid, offset);
  }

  /** The client has this connection now; one it had before is released. */
  hold(pid: string, held: Held): void {
    const previous = this.#entries.get(pid);
    this.#entries.set(pid, { held, cancelForget: () => undefined });
    void this.#others.keep(pid, held.delivered);
    previous?.cancelForget();
    previous?.held.release();
  }

  /** The connection broke: the client may come back for a while. */
  expectBack(pid: string, held: Held): void {
    const entry = this.#entries.get(pid);
    if (entry?.held !== held) return;
    void this.#others.expectBack(pid);
    entry.cancelForget = this.#clock.after(awayMaxMs, () => this.#drop(pid, held));
  }

  /** The connection ended because the client or the server meant it. */
  forget(pid: string, held: Held): void {
    if (this.#drop(pid, held)) void this.#others.forget(pid);
  }

  #drop(pid: string, held: Held): boolean {
    return this.#entries.get(pid)?.held === held && this.#entries.delete(pid);
  }
}

/**
 * `delivered` is there when the client goes on where it was, or, once it is admitted, begins somewhere; `isUnknown` when nobody
 * can say now whether it goes on; `identity` once it is admitted.
 */
export type SocketData = { delivered?: Delivered | undefined; isUnknown?: true; identity?: Identity };

/** Socket.IO's side of recovery: it restores nothing but who the client is. */
export function createAdapterClass(sessions: Sessions): typeof Adapter {
  return class extends Adapter {
    override async restoreSession(pid: string, offset: string): Promise<Session> {
      const found = await sessions.find(pid, offset).catch(() => 'unknown' as const);
      if (!found) throw new Error('There is no such session');
      const data: SocketData = found === 'unknown' ? { isUnknown: true } : { delivered: found };
      return { sid: randomUUID(), pid, rooms: [], data, missedPackets: [] };
    }
  };
}
