import type { ChatId, Message, MessageId } from '@whisper/shared';
import { LRUCache } from 'lru-cache';
import type { Membership } from '../../chats/chat.view.ts';
import type { ChangeMessage } from './change-message.ts';
import { ChatWriter, type LogDeps } from './chat-writer.ts';
import { InsertQueue, type Draft } from './insert-queue.ts';

/** Chats whose place in the log is remembered; a forgotten one costs its next send one more read. */
const writersMax = 10_000;

/** The one way a message is stored or changed. Writes to one chat happen in order, together when they come together. */
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
    return this.#writerOf(draft.membership).append(draft);
  }

  /** Changes a message of the chat; resolves with what it is then, durable and announced. NOT_FOUND when it is not there. */
  change(membership: Membership, messageId: MessageId, change: ChangeMessage): Promise<Message> {
    return this.#writerOf(membership).change(messageId, change);
  }

  #writerOf(membership: Membership): ChatWriter {
    const { chatId } = membership;
    const known = this.#writers.get(chatId);
    if (known) return known;
    const writer = new ChatWriter(this.#deps, { membership, inserts: this.#inserts, now: () => this.now() });
    this.#writers.set(chatId, writer);
    return writer;
  }
}
