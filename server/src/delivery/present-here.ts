import { limits, type UserId } from '@whisper/shared';
import type { Clock } from '../platform/clock.ts';

type Entry = { readonly connectionIds: Set<string>; cancelGoing: () => void };

type Turns = { readonly onCome: (userId: UserId) => void; readonly onGo: (userId: UserId) => void };

const nothing = () => undefined;

/** The people with a connection to this process, those in their grace period included. */
export class PresentHere {
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #graceMs: number;
  readonly #entries = new Map<UserId, Entry>();

  constructor(clock: Clock, turns: Turns, graceMs: number = limits.offlineGraceMs) {
    this.#clock = clock;
    this.#turns = turns;
    this.#graceMs = graceMs;
  }

  has(userId: UserId): boolean {
    return this.#entries.has(userId);
  }

  all(): UserId[] {
    return [...this.#entries.keys()];
  }

  connect(userId: UserId, connectionId: string): void {
    const known = this.#entries.get(userId);
    const entry = known ?? { connectionIds: new Set<string>(), cancelGoing: nothing };
    entry.cancelGoing();
    entry.cancelGoing = nothing;
    entry.connectionIds.add(connectionId);
    if (known) return;
    this.#entries.set(userId, entry);
    this.#turns.onCome(userId);
  }

  disconnect(userId: UserId, connectionId: string): void {
    const entry = this.#entries.get(userId);
    if (!entry?.connectionIds.delete(connectionId) || entry.connectionIds.size > 0) return;
    if (this.#graceMs === 0) return this.forget(userId);
    entry.cancelGoing = this.#clock.after(this.#graceMs, () => this.forget(userId));
  }

  forget(userId: UserId): void {
    const entry = this.#entries.get(userId);
    if (!entry) return;
    entry.cancelGoing();
    this.#entries.delete(userId);
    this.#turns.onGo(userId);
  }

  close(): void {
    for (const entry of this.#entries.values()) entry.cancelGoing();
  }
}
