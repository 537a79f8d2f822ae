import type { ChatId } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { callWithRetries } from '../connection/retries.ts';

type Mark = { readonly chatId: ChatId; readonly seq: number };

type MarksOptions = {
  readonly tell: (mark: Mark) => Promise<unknown>;
  /** How long a mark of the chat waits for a higher one; at once without. */
  readonly delayMs?: (chatId: ChatId) => number;
  /** A mark that this says of does not need to be told any more. */
  readonly isCovered?: (mark: Mark) => boolean;
};

/**
 * Sends marks of one kind to the server, one call per chat at a time, always with the chat's highest seq. Until `start` it
 * only notes them.
 */
export class Marks {
  readonly #connection: Connection;
  readonly #options: MarksOptions;
  readonly #wanted = new Map<ChatId, number>();
  readonly #running = new Map<ChatId, Promise<void>>();
  #isStarted = false;

  constructor(connection: Connection, options: MarksOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  mark(chatId: ChatId, seq: number): void {
    if (seq <= this.seqOf(chatId)) return;
    this.#wanted.set(chatId, seq);
    if (this.#isStarted) this.#begin(chatId);
  }

  start(): void {
    this.#isStarted = true;
    for (const chatId of this.#wanted.keys()) this.#begin(chatId);
  }

  /**
   * Forgets what the server knows of these chats, or of all, since it knows better by now: the person may have gone back.
   * Resolves with those whose mark was still on its way, and hid until now what the server said of them. Never rejects.
   */
  async forget(chatIds: readonly ChatId[] = [...this.#wanted.keys()]): Promise<readonly ChatId[]> {
    if (!this.#isStarted) return [];
    const late = chatIds.filter((chatId) => this.#running.has(chatId));
    await Promise.all(chatIds.map((chatId) => this.takeBack(chatId)));
    return late;
  }

  /** Forgets a chat's mark when what of it is on its way has arrived. Never rejects. */
  async takeBack(chatId: ChatId): Promise<void> {
    await this.#running.get(chatId);
    this.#wanted.delete(chatId);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#wanted.clear();
  }

  /** What the server may not know yet. */
  get pending(): readonly Mark[] {
    return [...this.#wanted]
      .filter(([chatId]) => !this.#isStarted || this.#running.has(chatId))
      .map(([chatId, seq]) => ({ chatId, seq }));
  }

  /** Where the mark stands, here if not yet on the server; 0 when it was not moved here. */
  seqOf(chatId: ChatId): number {
    return this.#wanted.get(chatId) ?? 0;
  }

  #begin(chatId: ChatId): void {
    if (!this.#running.has(chatId)) this.#running.set(chatId, this.#run(chatId));
  }

  async #run(chatId: ChatId): Promise<void> {
    const { tell, isCovered, delayMs } = this.#options;
    const { clock } = this.#connection;
    if (delayMs) await new Promise<void>((resolve) => clock.after(delayMs(chatId), resolve));
    try {
      let told = 0;
      for (let seq = this.seqOf(chatId); told < seq; seq = this.seqOf(chatId)) {
        const mark = { chatId, seq };
        if (!isCovered?.(mark)) await callWithRetries(this.#connection, () => tell(mark));
        told = seq;
      }
    } catch (error) {
      this.#wanted.delete(chatId);
      if (!this.#connection.signal.aborted) this.#connection.onError(error);
    } finally {
      this.#running.delete(chatId);
    }
  }
}
