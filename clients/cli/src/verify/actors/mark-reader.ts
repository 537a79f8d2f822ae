import type { WhisperApi } from '@whisper/client/node';
import type { Chat, ChatId } from '@whisper/shared';
import type { Account, MarkAccount } from '../evidence.ts';
import type { StageChat } from '../stage.ts';
import type { Actor } from './actor.ts';
import { createHttpApi } from './http-api.ts';
import { patiently } from './patiently.ts';

/** Reads one chat after the other over plain HTTP, as a person, and notes how far the server says they and others have read. */
export class MarkReader implements Actor {
  readonly name: string;
  readonly #api: WhisperApi;
  readonly #chats: readonly StageChat[];
  readonly #told = new Map<string, number[]>();
  #isReading = false;

  constructor(url: string, person: string, chats: readonly StageChat[]) {
    this.name = `${person} (reads)`;
    this.#api = createHttpApi(url, person);
    this.#chats = chats;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  /** Reads one of its chats to the end; nothing while the last reading is under way. */
  read(choice: number): void {
    const chat = this.#chats[choice % this.#chats.length];
    if (!chat || this.#isReading) return;
    this.#isReading = true;
    void this.#read(chat.id).finally(() => {
      this.#isReading = false;
    });
  }

  get isSending(): boolean {
    return this.#isReading;
  }

  cut(): void {}

  stall(): void {}

  /** Looks once more. */
  async remember(): Promise<void> {
    for (const { id } of this.#chats) await this.#look(id);
  }

  accounts(): Account[] {
    return [];
  }

  marks(): MarkAccount[] {
    return [...this.#told].map(([what, told]) => ({ who: this.name, what, told: [...told] }));
  }

  close(): void {}

  async #read(chatId: ChatId): Promise<void> {
    const chat = await this.#look(chatId);
    if (!chat) return;
    const { lastSeq: seq } = chat;
    const isRead = await patiently(() => this.#api.chat.markRead.mutate({ chatId, seq }), ['NOT_FOUND']);
    // The answer promises that the mark is at least there.
    if (isRead) this.#note(`${chatId}, mine`, Math.max(seq, chat.readSeq));
  }

  async #look(chatId: ChatId): Promise<Chat | undefined> {
    const chat = await patiently(() => this.#api.chat.get.query({ chatId }), ['NOT_FOUND']);
    if (chat) this.#note(`${chatId}, mine`, chat.readSeq);
    if (chat?.kind === 'direct') this.#note(`${chatId}, theirs`, chat.theirReadSeq);
    return chat;
  }

  #note(what: string, mark: number): void {
    const told = this.#told.get(what) ?? [];
    this.#told.set(what, told);
    told.push(mark);
  }
}
