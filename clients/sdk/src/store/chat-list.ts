import { limits, type Chat, type ChatId, type Message, type UserId } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { callWithRetries } from '../connection/retries.ts';

type ChatListOptions = {
  readonly onChange: () => void;
  /** The person has read up to this place of the chat, whether or not the server knows it yet. */
  readonly isRead: (chatId: ChatId, seq: number) => boolean;
};

/** My chats, newest conversation first, kept current by the same events that feed the logs. */
export class ChatList {
  readonly #connection: Connection;
  readonly #options: ChatListOptions;
  readonly #fetching = new Map<ChatId, Promise<void>>();
  readonly #heardSeqs = new Map<ChatId, number>();
  #chats: readonly Chat[] = [];
  #nextCursor: string | null = null;

  constructor(connection: Connection, options: ChatListOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  get chats(): readonly Chat[] {
    return this.#chats;
  }

  get hasMore(): boolean {
    return this.#nextCursor !== null;
  }

  get(chatId: ChatId): Chat | undefined {
    return this.#chats.find(({ id }) => id === chatId);
  }

  /** Fetches the first page, or the next one. */
  async load({ more }: { readonly more: boolean }): Promise<void> {
    const cursor = more ? this.#nextCursor : null;
    const page = await callWithRetries(this.#connection, () =>
      this.#connection.api.chat.list.query({ cursor }),
    );
    this.#nextCursor = page.nextCursor;
    this.put(page.chats);
  }

  /** Asks again how much is unread of the newest chats, down to the last of them with a badge. */
  async checkUnread(): Promise<void> {
    const count = this.#chats.findLastIndex(({ unread }) => unread > 0) + 1;
    if (count === 0) return;
    const limit = Math.min(count, limits.chatPageSizeMax);
    const { chats } = await this.#connection.api.chat.list.query({ limit });
    this.put(chats);
  }

  /** Takes chats as the server answered them. A last message known from a newer event stays. */
  put(fetched: readonly Chat[]): void {
    const byId = new Map(this.#chats.map((chat) => [chat.id, chat]));
    for (const each of fetched) {
      const known = byId.get(each.id);
      const isRead = this.#options.isRead(each.id, seqOf(each));
      const chat = isRead ? { ...each, unread: 0 } : each;
      byId.set(
        chat.id,
        known && seqOf(known) > seqOf(chat) ? { ...known, participant: chat.participant } : chat,
      );
    }
    this.#set([...byId.values()]);
  }

  /** Applies a message once, however often it comes. Fetches a chat it does not know or has lost track of. */
  async apply(message: Message, viewerId: UserId | undefined): Promise<void> {
    const { chatId, seq } = message;
    const chat = this.get(chatId);
    this.#heardSeqs.set(chatId, Math.max(seq, this.#heardSeqs.get(chatId) ?? 0));
    if (!chat || seq > seqOf(chat) + 1) return this.fetch(chatId);
    if (seq < seqOf(chat)) return;
    if (seq === seqOf(chat)) {
      if (message.rev > (chat.lastMessage?.rev ?? 0)) this.#replace({ ...chat, lastMessage: message });
      return;
    }
    // Sending a message marks everything before it as read.
    const unread = message.sender.id === viewerId ? 0 : chat.unread + 1;
    this.#replace({ ...chat, lastMessage: message, lastMessageAt: message.createdAt, unread });
  }

  /** Asks the server for one chat, once at a time. */
  fetch(chatId: ChatId): Promise<void> {
    const fetching = this.#fetching.get(chatId) ?? this.#fetch(chatId);
    this.#fetching.set(chatId, fetching);
    return fetching;
  }

  async #fetch(chatId: ChatId): Promise<void> {
    const heardSeq = () => this.#heardSeqs.get(chatId) ?? 0;
    try {
      let askedAt: number;
      do {
        askedAt = heardSeq();
        this.put([
          await callWithRetries(this.#connection, () => this.#connection.api.chat.get.query({ chatId })),
        ]);
        // A message heard of while the call was under way may be missing from the answer.
      } while (heardSeq() > Math.max(askedAt, seqOf(this.get(chatId))));
    } finally {
      this.#fetching.delete(chatId);
    }
  }

  setUnread(chatId: ChatId, unread: number): void {
    const chat = this.get(chatId);
    if (chat && chat.unread !== unread) this.#replace({ ...chat, unread });
  }

  #replace(chat: Chat): void {
    this.#set(this.#chats.map((each) => (each.id === chat.id ? chat : each)));
  }

  #set(chats: readonly Chat[]): void {
    this.#chats = [...chats].sort((a, b) => b.lastMessageAt.getTime() - a.lastMessageAt.getTime());
    this.#options.onChange();
  }
}

function seqOf(chat: Chat | undefined): number {
  return chat?.lastMessage?.seq ?? 0;
}
