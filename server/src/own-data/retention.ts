import { listExpiring, noteExpired, type ExpiringChat } from '../chats/expiring-chats.ts';
import type { MessagesDeps } from '../messages/deps.ts';
import { expireMessages } from '../messages/expire-messages.ts';
import type { Env } from '../platform/env.ts';
import type { Logger } from '../platform/logger.ts';
import { Lease } from './lease.ts';

type Deps = Pick<MessagesDeps, 'db' | 'clock' | 'messageLog'> & {
  readonly env: Pick<Env, 'RETENTION_DAYS'>;
  readonly log: Logger;
};

const dayMs = 86_400_000;

/** The first look comes when a start is over. */
const firstLookMs = 60_000;
const lookMs = 60 * 60_000;

/** Messages that are erased at once; others' sends to the chat wait for no more than these. */
const stepSize = 10;

/**
 * Erases messages that are older than they are kept, in one process at a time. How far each chat has come stands with the chat, so that
 * one that died is followed by another, and what is done is not looked at again.
 */
export class Retention {
  readonly #deps: Deps;
  readonly #lease: Lease;
  #running: Promise<void> | undefined;
  #isClosed = false;
  #cancelLook: (() => void) | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#lease = new Lease(deps, 'retention');
  }

  start(): void {
    this.#lookAfter(firstLookMs);
  }

  /** Ends after the step that is being done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelLook?.();
    await this.#running;
  }

  /** Erases what is too old by now, unless another process does. Resolves when nothing is left. */
  async sweep(): Promise<void> {
    try {
      for await (const chat of listExpiring(this.#deps.db, this.#deps.env.RETENTION_DAYS)) {
        if (!(await this.#expire(chat))) return;
      }
    } finally {
      await this.#lease.release();
    }
  }

  /** False when it is not this process's to go on. */
  async #expire({ chatId, days, expiredSeq }: ExpiringChat): Promise<boolean> {
    const { db, clock } = this.#deps;
    const before = new Date(clock.now() - days * dayMs);
    for (let afterSeq: number | null = expiredSeq; ; ) {
      if (this.#isClosed || !(await this.#lease.hold())) return false;
      afterSeq = await expireMessages(this.#deps, { chatId, afterSeq, before, limit: stepSize });
      if (afterSeq === null) return true;
      await noteExpired(db, chatId, afterSeq);
    }
  }

  #lookAfter(delayMs: number): void {
    if (this.#isClosed) return;
    this.#cancelLook = this.#deps.clock.after(delayMs, () => {
      this.#running = this.sweep()
        .catch((error: unknown) =>
          this.#deps.log.error({ err: error }, 'erasing old messages is interrupted'),
        )
        .finally(() => this.#lookAfter(lookMs));
    });
  }
}
