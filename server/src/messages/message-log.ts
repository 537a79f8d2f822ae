import type { ChatId, Message } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { BoundedMap } from '../platform/bounded-map.ts';
import { ChatWriter, type Draft } from './chat-writer.ts';

/** Chats whose place in the log is remembered; a forgotten one costs its next send one more read. */
const writersMax = 10_000;

/** The one way a message is stored. Sends to one chat are written in order, together when they come together. */
export class MessageLog {
  readonly #writers = new BoundedMap<ChatId, ChatWriter>(writersMax);

  /** Resolves when the message is durable and announced. */
  append(app: AppContext, draft: Draft): Promise<Message> {
    const { chatId } = draft.membership;
    const writer = this.#writers.get(chatId) ?? new ChatWriter(app, draft.membership);
    this.#writers.set(chatId, writer);
    return writer.append(draft);
  }
}
