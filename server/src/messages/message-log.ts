import type { ChatId, Message } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { BoundedMap } from '../platform/bounded-map.ts';
import type { Clock } from '../platform/clock.ts';
import { ChatWriter, type Draft } from './chat-writer.ts';
import { InsertQueue } from './insert-queue.ts';

/** Chats whose place in the log is remembered; a forgotten one costs its next send one more read. */
const writersMax = 10_000;

/** The one way a message is stored. Sends to one chat are written in order, together when they come together. */
export class MessageLog {
  readonly #inserts = new InsertQueue();
  #latest = 0;
  readonly #writers = new BoundedMap<ChatId, ChatWriter>(writersMax);

  /**
   * The time as messages and the cursors of their streams bear it: never before a time given earlier, so that a
   * clock that is set back puts no message behind a cursor that somebody holds.
   */
  now(clock: Clock): number {
    this.#latest = Math.max(this.#latest, clock.now());
    return this.#latest;
  }

  /** Resolves when the message is durable and announced. */
  append(app: AppContext, draft: Draft): Promise<Message> {
    const { chatId } = draft.membership;
    const writer = this.#writers.get(chatId) ?? new ChatWriter(app, draft.membership, this.#inserts);
    this.#writers.set(chatId, writer);
    return writer.append(draft);
  }
}
