import type { ChatId, Message } from '@whisper/shared';
import { LRUCache } from 'lru-cache';
import { ChatWriter, type LogDeps } from './chat-writer.ts';
import { InsertQueue, type Draft } from './insert-queue.ts';

/** Chats whose place in the log is remembered; a forgotten one costs its next send one more read. */
const writersMax = 10_000;

/** The one way a message is stored. Sends to one chat are written in order, together when they come together. */
export class MessageLog {
  readonly #deps: LogDeps;
  readonly #inserts: InsertQueue;
  readonly #writers = new LRUCache<ChatId, ChatWriter>({ max: writersMax });
  #latest = 0;

  constructor(deps: LogDeps) {
    this.#deps = deps;
    this.#inserts = new InsertQueue(deps.db, () => this.now());
  }

  /**
   * The time as messages and the cursors of their streams bear it: never before a time given earlier, so that a
   * clock that is set back puts no message behind a cursor that somebody holds.
   */
  now(): number {
    this.#latest = Math.max(this.#latest, this.#deps.clock.now());
    return this.#latest;
  }

  /** Resolves when the message is durable and announced. */
  append(draft: Draft): Promise<Message> {
    const { chatId } = draft.membership;
    const writer = this.#writers.get(chatId) ?? new ChatWriter(this.#deps, draft.membership, this.#inserts);
    this.#writers.set(chatId, writer);
    return writer.append(draft);
  }
}
