import type { ChatId, LogEvent } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { OpenChat, type ChatView } from './open-chat.ts';

/** The chats whose messages are held. */
export class OpenChats {
  readonly #connection: Connection;
  readonly #onChange: () => void;
  readonly #chats = new Map<ChatId, OpenChat>();
  #views: ReadonlyMap<ChatId, ChatView> = new Map();

  constructor(connection: Connection, onChange: () => void) {
    this.#connection = connection;
    this.#onChange = onChange;
  }

  get views(): ReadonlyMap<ChatId, ChatView> {
    return this.#views;
  }

  get(chatId: ChatId): OpenChat | undefined {
    return this.#chats.get(chatId);
  }

  /** The chat, which is shown from now on. */
  add(chatId: ChatId): OpenChat {
    const chat = this.#chats.get(chatId) ?? new OpenChat(this.#connection, chatId, () => this.#show());
    this.#chats.set(chatId, chat);
    this.#show();
    return chat;
  }

  delete(chatId: ChatId): void {
    if (this.#chats.delete(chatId)) this.#show();
  }

  /** Never rejects. Resolves when an open log holds what happened. */
  async receive(event: LogEvent): Promise<void> {
    await this.#chats.get(event.chatId)?.receive(event);
  }

  /** Asks for what may have been missed in all of them. Never rejects. */
  async doubt(): Promise<void> {
    await Promise.all([...this.#chats.values()].map((chat) => chat.doubt()));
  }

  #show(): void {
    this.#views = new Map([...this.#chats].map(([chatId, chat]) => [chatId, chat.view]));
    this.#onChange();
  }
}
