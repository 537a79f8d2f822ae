import type { ChatId } from '@whisper/shared';
import { AppError } from '../../platform/errors.ts';
import type { LogDeps } from './log-deps.ts';

/** How long other processes look for changes in a chat that one of them writes to, and how long before that ends it is said anew. */
const activeMs = 60_000;
const activeSpareMs = 30_000;

/**
 * Says that a chat may change, before anything is stored in it: what a process stores that dies before it said so is found by
 * the others, and by its next life. New messages the next life of one that is alone finds by themselves.
 */
export class ExpectedChange {
  readonly #deps: LogDeps;
  readonly #chatId: ChatId;
  #until = 0;

  constructor(deps: LogDeps, chatId: ChatId) {
    this.#deps = deps;
    this.#chatId = chatId;
  }

  async ensure({ isNew }: { readonly isNew: boolean }): Promise<void> {
    const { broker, clock, lastMessages } = this.#deps;
    const now = clock.now();
    if ((isNew && !broker.isShared) || now < this.#until - activeSpareMs) return;
    const until = now + activeMs;
    if (!(await lastMessages.expectChange(this.#chatId, new Date(until)))) {
      throw new AppError('SERVICE_UNAVAILABLE', 'The database is not available right now');
    }
    this.#until = until;
  }
}
