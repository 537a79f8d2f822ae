import { Value, type Upload } from '@whisper/client';
import type { ChatId } from '@whisper/shared';

const none: readonly Upload[] = [];

/** The files picked for messages that are still being written, by chat. They last as long as the page. */
export class Attached {
  readonly #byChat = new Value<ReadonlyMap<ChatId, readonly Upload[]>>(new Map());

  subscribe = this.#byChat.subscribe;

  /** The same array until it changes. */
  of(chatId: ChatId): readonly Upload[] {
    return this.#byChat.getSnapshot().get(chatId) ?? none;
  }

  set(chatId: ChatId, uploads: readonly Upload[]): void {
    this.#byChat.set(new Map(this.#byChat.getSnapshot()).set(chatId, uploads));
  }
}
