import { LRUCache } from 'lru-cache';
import type { Clock } from '../platform/clock.ts';

const sessionsMax = 50_000;

/** Longer than any session token lives: Clerk's live a minute, the ones of its templates rarely an hour. */
const rememberedForMs = 60 * 60 * 1000;

/** Sessions that ended while their tokens were still good, so that such a token cannot open another socket. */
export class RevokedSessions {
  readonly #clock: Clock;
  readonly #revokedAt = new LRUCache<string, number>({ max: sessionsMax });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(sessionId: string): void {
    this.#revokedAt.set(sessionId, this.#clock.now());
  }

  has(sessionId: string): boolean {
    const revokedAt = this.#revokedAt.get(sessionId);
    return revokedAt !== undefined && this.#clock.now() - revokedAt < rememberedForMs;
  }
}
