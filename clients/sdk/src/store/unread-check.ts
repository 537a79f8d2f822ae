import type { Connection } from '../connection/connection.ts';
import type { ChatList } from './chat-list.ts';

/** Between two checks; up to half as much is added at random, so that clients spread. */
const intervalMs = 30_000;

/**
 * Badges of chats that the person reads on another device: no event tells of it, so the server is asked again. That
 * is one small query every half minute while a badge shows on a page in sight, and nothing otherwise.
 */
export class UnreadCheck {
  readonly #connection: Connection;
  readonly #list: ChatList;
  #cancel: () => void = () => undefined;
  #isAsking = false;

  constructor(connection: Connection, list: ChatList) {
    this.#connection = connection;
    this.#list = list;
  }

  /** Asks at intervals, until `stop`. */
  start(): void {
    const { clock, random, signal } = this.#connection;
    this.#cancel();
    if (signal.aborted) return;
    this.#cancel = clock.after(intervalMs * (1 + random() / 2), () => {
      void this.ask();
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  /** Asks at once. Never rejects. */
  async ask(): Promise<void> {
    if (this.#isAsking || !this.#connection.isOpen || !isInSight()) return;
    this.#isAsking = true;
    try {
      await this.#list.checkUnread();
    } catch {
      // The next one asks the same.
    } finally {
      this.#isAsking = false;
    }
  }
}

function isInSight(): boolean {
  return typeof document === 'undefined' || document.visibilityState === 'visible';
}
