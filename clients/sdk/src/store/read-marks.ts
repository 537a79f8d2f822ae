import type { ChatId } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { callWithRetries } from '../connection/retries.ts';

type Marked = { readonly chatId: ChatId; readonly seq: number; readonly unread: number };

/** Sends read marks to the server, one call per chat at a time, always with the chat's highest seq. */
export class ReadMarks {
  readonly #connection: Connection;
  readonly #onMarked: (marked: Marked) => void;
  readonly #wanted = new Map<ChatId, number>();
  readonly #running = new Set<ChatId>();

  constructor(connection: Connection, onMarked: (marked: Marked) => void) {
    this.#connection = connection;
    this.#onMarked = onMarked;
  }

  mark(chatId: ChatId, seq: number): void {
    if (seq <= (this.#wanted.get(chatId) ?? 0)) return;
    this.#wanted.set(chatId, seq);
    if (!this.#running.has(chatId)) void this.#run(chatId);
  }

  /** The mark stands at this place or after it, here if not yet on the server. */
  covers(chatId: ChatId, seq: number): boolean {
    return seq > 0 && seq <= this.#wantedSeq(chatId);
  }

  #wantedSeq(chatId: ChatId): number {
    return this.#wanted.get(chatId) ?? 0;
  }

  async #run(chatId: ChatId): Promise<void> {
    this.#running.add(chatId);
    try {
      let told = 0;
      for (let seq = this.#wantedSeq(chatId); told < seq; seq = this.#wantedSeq(chatId)) {
        const mark = { chatId, seq };
        const { unread } = await callWithRetries(this.#connection, () =>
          this.#connection.api.chat.markRead.mutate(mark),
        );
        told = seq;
        this.#onMarked({ ...mark, unread });
      }
    } catch (error) {
      this.#wanted.delete(chatId);
      if (!this.#connection.signal.aborted) this.#connection.onError(error);
    } finally {
      this.#running.delete(chatId);
    }
  }
}
