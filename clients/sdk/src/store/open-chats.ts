import type { ChatId, ChatLog, LogEvent } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { OpenChat, type ChatView, type OpenChatOptions } from './open-chat.ts';

/** So many chats that were held and are not any more stay, because people go back and forth. */
const restingMax = 20;

/** The chats whose messages are held. */
export class OpenChats {
  readonly #connection: Connection;
  readonly #options: OpenChatOptions;
  readonly #chats = new Map<ChatId, OpenChat>();
  /** How many hold each chat; those that nobody holds any more in the order in which they were let go. */
  readonly #holders = new Map<ChatId, number>();
  #views: ReadonlyMap<ChatId, ChatView> = new Map();

  constructor(connection: Connection, options: OpenChatOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  get views(): ReadonlyMap<ChatId, ChatView> {
    return this.#views;
  }

  /** Those that are there and hold the newest messages, as far as what they hold is sure to be what the person sees. */
  get logs(): ReadonlyMap<ChatId, ChatLog> {
    const held = [...this.#chats.values()].flatMap(({ log, isStale }) =>
      log && !log.hasNewer && !isStale ? [log] : [],
    );
    return new Map(held.map((log) => [log.chatId, log]));
  }

  get(chatId: ChatId): OpenChat | undefined {
    return this.#chats.get(chatId);
  }

  /** The chat, which is shown from now on. */
  add(chatId: ChatId): OpenChat {
    const chat = this.#chats.get(chatId) ?? this.#make(chatId);
    this.#chats.set(chatId, chat);
    this.#show();
    return chat;
  }

  /** Keeps a chat until the returned function is called, and for as long as few others were let go after it. */
  hold(chatId: ChatId): () => void {
    this.#count(chatId, 1);
    let isHeld = true;
    return () => {
      if (isHeld) this.#count(chatId, -1);
      isHeld = false;
    };
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

  /** The same, where some of the messages may have been hidden meanwhile. Never rejects. */
  async doubtShown(): Promise<void> {
    await Promise.all([...this.#chats.values()].map((chat) => chat.doubtShown()));
  }

  /** Fetches the newest messages of all of them anew. Never rejects. */
  async renew(): Promise<void> {
    await Promise.all([...this.#chats.values()].map((chat) => chat.renew()));
  }

  /** Lets go of what is held of all of them, and opens them as if for the first time. */
  startAnew(): void {
    for (const chatId of this.#chats.keys()) {
      const chat = this.#make(chatId);
      this.#chats.set(chatId, chat);
      // A failure shows as the view's own status.
      void chat.load().catch(() => undefined);
    }
    this.#show();
  }

  #count(chatId: ChatId, change: 1 | -1): void {
    const holders = (this.#holders.get(chatId) ?? 0) + change;
    this.#holders.delete(chatId);
    this.#holders.set(chatId, holders);
    const resting = [...this.#holders].flatMap(([id, count]) => (count === 0 ? [id] : []));
    for (const id of resting.slice(0, -restingMax)) {
      this.#holders.delete(id);
      this.delete(id);
    }
  }

  #make(chatId: ChatId): OpenChat {
    return new OpenChat(this.#connection, chatId, { ...this.#options, onChange: () => this.#show() });
  }

  #show(): void {
    this.#views = new Map([...this.#chats].map(([chatId, chat]) => [chatId, chat.view]));
    this.#options.onChange();
  }
}
