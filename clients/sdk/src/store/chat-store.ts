import {
  CaptionSchema,
  EmojiSchema,
  MessageTextSchema,
  wordsOf,
  type Chat,
  type ChatId,
  type ClientId,
  type Message,
  type MessageId,
  type SetMineInput,
  type UserId,
} from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { callWithRetries } from '../connection/retries.ts';
import type { Upload } from '../files/upload.ts';
import type { Uploads } from '../files/uploads.ts';
import { Listeners, whenReady, type Observable } from '../observable.ts';
import { filesOf, type StoredDraft } from '../outbox/entry.ts';
import type { ChatSnapshot } from './chat-snapshot.ts';
import { Groups } from './groups.ts';
import { editMessage, removeMessage, toTarget } from './message-acts.ts';
import { MessageSearch, type SearchWanted } from './message-search.ts';
import { Optimistic } from './optimistic.ts';
import { ReadersWatch } from './readers-watch.ts';
import { StoreParts, type Kept } from './store-parts.ts';
import { TypingSignal } from './typing-signal.ts';

/**
 * A live picture of one person's chats, without a framework: `subscribe` and `getSnapshot` fit React's
 * `useSyncExternalStore`. It heals by itself: lost sockets, missed events, expired tokens, a restarted server.
 */
export class ChatStore implements Observable<ChatSnapshot> {
  readonly #connection: Connection;
  readonly #listeners = new Listeners();
  readonly #parts: StoreParts;
  readonly #typingSignal: TypingSignal;
  readonly #optimistic = new Optimistic();
  readonly groups: Groups;
  /** Files on their way out: `attach` begins, `send` is given what it gave, now or after a restart. */
  readonly uploads: Uploads;
  #snapshot: ChatSnapshot | undefined;

  constructor(connection: Connection, kept: Kept) {
    this.#connection = connection;
    this.#typingSignal = new TypingSignal(connection);
    this.#parts = new StoreParts(connection, kept, () => this.#changed());
    this.groups = new Groups(connection, this.#parts);
    this.uploads = this.#parts.uploads;
  }

  getSnapshot = (): ChatSnapshot => {
    this.#snapshot ??= this.#show();
    return this.#snapshot;
  };

  subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  /** Resolves with the snapshot as soon as it answers `isReady`; rejects when the client is closed or refused. */
  when(isReady: (snapshot: ChatSnapshot) => boolean): Promise<ChatSnapshot> {
    return whenReady(this, isReady, this.#connection.signal);
  }

  /** Holds a chat's newest messages and keeps them live. Rejects when the chat is not one's own. */
  async openChat(chatId: ChatId): Promise<void> {
    if (this.#parts.openChats.get(chatId)?.view.status === 'ready') return;
    const chat = this.#parts.openChats.add(chatId);
    // A chat opened by its address may not be in the part of the list that is loaded.
    await Promise.all([
      chat.load(),
      this.#parts.list.get(chatId) ? undefined : this.#parts.list.fetch(chatId),
    ]);
  }

  /**
   * Opens a chat for as long as it is shown, which may be in several places: until the returned function is called. The
   * last ones stay open for a while, so that going back shows them at once. A failure shows as the view's own status.
   */
  holdChat(chatId: ChatId): () => void {
    void this.openChat(chatId).catch(() => undefined);
    return this.#parts.openChats.hold(chatId);
  }

  /** Lets go of a chat's messages; it stays in the list. */
  closeChat(chatId: ChatId): void {
    this.#parts.openChats.delete(chatId);
  }

  /** The direct chat with a person, made when it is missing, and opened. */
  async openDirect(userId: UserId): Promise<Chat> {
    const chat = await callWithRetries(this.#connection, () =>
      this.#connection.api.chat.openDirect.mutate({ userId }),
    );
    this.#parts.list.put([chat]);
    await this.openChat(chat.id);
    return chat;
  }

  /** Adds the page before the oldest message held. */
  async loadOlder(chatId: ChatId): Promise<void> {
    await this.#parts.openChats.get(chatId)?.loadOlder();
  }

  /**
   * Brings the message in a place in sight that is not held, such as one that is quoted or pinned: from then on the messages
   * around it are held instead, and `log.hasNewer` says that the newest are not among them. Rejects when the chat cannot
   * be read.
   */
  async openAround(chatId: ChatId, seq: number): Promise<void> {
    await this.openChat(chatId);
    await this.#parts.openChats.get(chatId)?.loadAround(seq);
  }

  /** Adds the page after the newest message held, while there are newer ones. */
  async loadNewer(chatId: ChatId): Promise<void> {
    await this.#parts.openChats.get(chatId)?.loadNewer();
  }

  /** Holds the newest messages again. Sending does it as well. */
  async loadNewest(chatId: ChatId): Promise<void> {
    await this.#parts.openChats.get(chatId)?.loadNewest();
  }

  async loadMoreChats(): Promise<void> {
    if (this.#parts.list.hasMore) await this.#parts.list.loadMore();
  }

  /**
   * Queues a message: it shows at once, goes out in order as soon as there is a connection, also after a restart,
   * and is stored exactly once. With files it waits for them and is overtaken meanwhile. Throws a ZodError when the text is
   * too long, or empty without a file.
   */
  send(chatId: ChatId, text: string, options: SendOptions = {}): ClientId {
    const { files: uploads = [], ...said } = options;
    const files = uploads.map(({ file }) => file);
    const draft = {
      kind: 'send',
      chatId,
      text: parseText(text, files),
      ...said,
      ...(files.length > 0 && { files }),
    } as const;
    this.#typingSignal.forget();
    // A failure shows as the view's own status.
    void this.loadNewest(chatId).catch(() => undefined);
    return this.#parts.outbox.add(draft);
  }

  /**
   * Gives a message of mine another text; its mentions stay. It shows at once, like every change of a message, and
   * goes out in order as a message does. Throws a ZodError when the text is too long, or empty without a file.
   */
  edit(message: Message | StoredDraft, text: string): void {
    const files = 'queuedAt' in message ? filesOf(message) : message.attachments;
    editMessage(this.#parts, message, parseText(text, files));
  }

  /** Deletes a message of mine for everyone. */
  remove(message: Message | StoredDraft): void {
    removeMessage(this.#parts, message);
  }

  /** Deletes a message for me alone: from then on none of my devices shows it. */
  hide(message: Message): void {
    this.#parts.outbox.change({ kind: 'hide', ...toTarget(message) });
  }

  /** Reacts to a message with an emoji, or takes that back. Throws a ZodError for what is no emoji. */
  react(message: Message, emoji: string, on: boolean): void {
    this.#parts.outbox.change({ kind: 'react', emoji: EmojiSchema.parse(emoji), on, ...toTarget(message) });
  }

  /** Pins a message for both people, or lets it go. */
  pin(message: Message, on: boolean): void {
    this.#parts.outbox.change({ kind: 'pin', on, ...toTarget(message) });
  }

  /** Sends a message on to another chat of mine, where it names who wrote it. */
  forward(message: Message, toChatId: ChatId): void {
    const text = wordsOf(message);
    this.#parts.outbox.add({ kind: 'forward', chatId: toChatId, messageId: message.id, text });
  }

  /** Sends a message again that the server refused. */
  retry(clientId: ClientId): void {
    this.#parts.outbox.retry(clientId);
  }

  /** Throws away a message that the server refused. */
  discard(clientId: ClientId): void {
    this.#parts.outbox.discard(clientId);
  }

  /** The person has seen everything that is held of this chat. */
  markRead(chatId: ChatId): void {
    const chat = this.#parts.list.get(chatId);
    const seq = this.#parts.openChats.get(chatId)?.log?.messages.at(-1)?.seq ?? chat?.lastSeq;
    if (seq === undefined || chat?.unread === 0) return;
    this.#parts.readMarks.mark(chatId, seq);
    this.#parts.list.readUpTo(chatId, seq);
  }

  /** From this message on everything counts as unread again, on all of the person's devices. */
  async markUnread(chatId: ChatId, seq: number): Promise<void> {
    const { api } = this.#connection;
    // Behind a mark of what was just read, which would undo it.
    await this.#parts.readMarks.takeBack(chatId);
    await callWithRetries(this.#connection, () => api.chat.markUnread.mutate({ chatId, seq }));
    await this.#parts.list.refetch([chatId]);
  }

  /** Mutes, pins or archives a chat for this person, on all of their devices. */
  async setMine(mine: SetMineInput): Promise<void> {
    const { api } = this.#connection;
    this.#parts.list.put([await callWithRetries(this.#connection, () => api.chat.setMine.mutate(mine))]);
  }

  /** Watches who has read a message. In a chat of more than `limits.smallChatMax` people it asks once. */
  watchReaders({ chatId, seq }: Message): ReadersWatch {
    return new ReadersWatch(this.#connection, {
      chatId,
      seq,
      onMarks: (listener) => this.#parts.onMarks(listener),
    });
  }

  /** Looks for messages in all chats, or in one. Close it when another search takes its place. */
  search(wanted: SearchWanted): MessageSearch {
    return new MessageSearch(this.#connection, wanted);
  }

  /** Nothing that this person and I do reaches the other any more. They are not told. */
  block(userId: UserId): Promise<void> {
    return this.#parts.blocks.block(userId);
  }

  /** Ends a block. What was written meanwhile stays hidden from me. */
  unblock(userId: UserId): Promise<void> {
    return this.#parts.blocks.unblock(userId);
  }

  /** Call it on every key; it tells the server no more than needed and stops by itself after a pause. */
  setTyping(chatId: ChatId, isTyping: boolean): void {
    this.#typingSignal.set(chatId, isTyping);
  }

  /** Called by the client's `close`. */
  close(): void {
    this.#parts.close();
    this.#typingSignal.forget();
    this.#changed();
    this.#listeners.clear();
  }

  /** Called by the client's `forget`. */
  erase(): Promise<void> {
    return this.#parts.erase();
  }

  #show(): ChatSnapshot {
    const { me, isSynced } = this.#parts.sync;
    const outbox = this.#parts.outbox.entries;
    return {
      connection: this.#connection.state.getSnapshot(),
      me,
      isSynced,
      ...this.#optimistic.show({
        views: this.#parts.openChats.views,
        chats: this.#parts.list.chats,
        entries: outbox,
        viewerId: me?.id,
      }),
      hasMoreChats: this.#parts.list.hasMore,
      outbox,
      typing: this.#parts.typing.typing,
      online: this.#parts.presence.online,
      blocked: this.#parts.blocks.people,
    };
  }

  #changed(): void {
    this.#snapshot = undefined;
    this.#listeners.notify();
  }
}

type SendOptions = {
  readonly replyTo?: MessageId;
  readonly mentions?: readonly UserId[];
  /** What `uploads.attach` gave. */
  readonly files?: readonly Upload[];
};

function parseText(text: string, files: readonly unknown[]): string {
  return (files.length > 0 ? CaptionSchema : MessageTextSchema).parse(text);
}
