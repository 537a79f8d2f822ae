import type { ChatId, Readers } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { callWithRetries } from '../connection/retries.ts';
import { Value, type Observable } from '../observable.ts';

type WatchOptions = {
  readonly chatId: ChatId;
  readonly seq: number;
  /** Hears that somebody of a chat has come further. */
  readonly onMarks: (listener: (chatId: ChatId) => void) => () => void;
};

/** Who has read a message and whom it has only reached; null until the server said so. Ends with `close`. */
export class ReadersWatch implements Observable<Readers | null>, Disposable {
  readonly #connection: Connection;
  readonly #options: WatchOptions;
  readonly #readers = new Value<Readers | null>(null);
  readonly #stop: () => void;
  #isFetching = false;
  #isOutdated = false;

  constructor(connection: Connection, options: WatchOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#stop = options.onMarks((chatId) => {
      if (chatId === options.chatId) void this.#fetch();
    });
    void this.#fetch();
  }

  getSnapshot = (): Readers | null => this.#readers.getSnapshot();
  subscribe = (listener: () => void): (() => void) => this.#readers.subscribe(listener);

  close(): void {
    this.#stop();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** One call at a time: what moves meanwhile is asked for once more behind it. Never rejects. */
  async #fetch(): Promise<void> {
    this.#isOutdated = true;
    if (this.#isFetching) return;
    this.#isFetching = true;
    const { chatId, seq } = this.#options;
    const { api, onError, signal } = this.#connection;
    try {
      while (this.#isOutdated) {
        this.#isOutdated = false;
        this.#readers.set(
          await callWithRetries(this.#connection, () => api.chat.readers.query({ chatId, seq })),
        );
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
    } finally {
      this.#isFetching = false;
    }
  }
}
