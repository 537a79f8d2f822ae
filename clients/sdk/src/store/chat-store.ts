import {
  EmojiSchema,
  SendMessageInputSchema,
  type Chat,
  type ChatId,
  type ClientId,
  type LogEvent,
  type Message,
  type MessageId,
  type UserId,
} from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { callWithRetries } from '../connection/retries.ts';
import { Listeners, type Observable } from '../observable.ts';
import { isDraft, type StoredDraft } from '../outbox/entry.ts';
import { Outbox } from '../outbox/outbox.ts';
import type { DeviceStorage } from '../storage/device-storage.ts';
import { ChatList } from './chat-list.ts';
import type { ChatSnapshot } from './chat-snapshot.ts';
import { Marks } from './marks.ts';
import { OpenChats } from './open-chats.ts';
import { Optimistic } from './optimistic.ts';
import { PresenceWatch } from './presence-watch.ts';
import { Sync } from './sync.ts';
import { TypingSignal } from './typing-signal.ts';
import { TypingWatch } from './typing-watch.ts';

/** How long a mark of what arrived waits for the next: messages may come in a burst. */
const deliveredDelayMs = 100;

/**
 * A live picture of one person's chats, without a framework: `subscribe` and `getSnapshot` fit React's
 * `useSyncExternalStore`. It heals by itself: lost sockets, missed events, expired tokens, a restarted server.
 */
export class ChatStore implements Observable<ChatSnapshot> {
  readonly #connection: Connection;
  readonly #listeners = new Listeners();
  readonly #list: ChatList;
  readonly #outbox: Outbox;
  readonly #typingWatch: TypingWatch;
  readonly #typingSignal: TypingSignal;
  readonly #presence: PresenceWatch;
  readonly #readMarks: Marks;
  readonly #openChats: OpenChats;
  readonly #optimistic = new Optimistic();
  readonly #sync: Sync;
  #snapshot: ChatSnapshot | undefined;

  constructor(connection: Connection, storage: DeviceStorage) {
    const onChange = () => this.#changed();
    const { api } = connection;
    this.#connection = connection;
    this.#readMarks = new Marks(connection, { tell: (mark) => api.chat.markRead.mutate(mark), delayMs: 0 });
    const readHere = (chatId: ChatId) => this.#readMarks.seqOf(chatId);
    const deliveredMarks = new Marks(connection, {
      tell: (mark) => api.chat.markDelivered.mutate(mark),
      delayMs: deliveredDelayMs,
      isCovered: ({ chatId, seq }) => seq <= readHere(chatId),
    });
    const onDelivered = (chatId: ChatId, seq: number) => deliveredMarks.mark(chatId, seq);
    this.#list = new ChatList(connection, { onChange, readHere, onDelivered });
    this.#openChats = new OpenChats(connection, onChange);
    this.#typingWatch = new TypingWatch(connection.clock, onChange);
    this.#typingSignal = new TypingSignal(connection);
    this.#presence = new PresenceWatch(onChange);
    this.#outbox = new Outbox({
      connection,
      storage,
      onChange,
      onSent: (message) => this.#sync.receive(toAnswered(message)),
    });
    this.#sync = new Sync({
      connection,
      list: this.#list,
      openChats: this.#openChats,
      typing: this.#typingWatch,
      presence: this.#presence,
      onChange,
      onSignedIn: (me) => this.#outbox.start(me.id),
    });
  }

  getSnapshot = (): ChatSnapshot => {
    this.#snapshot ??= this.#show();
    return this.#snapshot;
  };

  subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  /** Resolves with the snapshot as soon as it answers `isReady`; rejects when the client is closed or refused. */
  when(isReady: (snapshot: ChatSnapshot) => boolean): Promise<ChatSnapshot> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const snapshot = this.getSnapshot();
        if (isReady(snapshot)) resolve(snapshot);
        else if (this.#connection.signal.aborted) reject(new Error('The client is closed'));
        else return;
        unsubscribe();
        signal.removeEventListener('abort', check);
      };
      const { signal } = this.#connection;
      const unsubscribe = this.subscribe(check);
      signal.addEventListener('abort', check);
      check();
    });
  }

  /** Holds a chat's newest messages and keeps them live. Rejects when the chat is not one's own. */
  async openChat(chatId: ChatId): Promise<void> {
    if (this.#openChats.get(chatId)?.view.status === 'ready') return;
    const chat = this.#openChats.add(chatId);
    // A chat opened by its address may not be in the part of the list that is loaded.
    await Promise.all([chat.load(), this.#list.get(chatId) ? undefined : this.#list.fetch(chatId)]);
  }

  /** Lets go of a chat's messages; it stays in the list. */
  closeChat(chatId: ChatId): void {
    this.#openChats.delete(chatId);
  }

  /** The direct chat with a person, made when it is missing, and opened. */
  async openDirect(userId: UserId): Promise<Chat> {
    const chat = await callWithRetries(this.#connection, () =>
      this.#connection.api.chat.openDirect.mutate({ userId }),
    );
    this.#list.put([chat]);
    await this.openChat(chat.id);
    return chat;
  }

  /** Adds the page before the oldest message held. */
  async loadOlder(chatId: ChatId): Promise<void> {
    await this.#openChats.get(chatId)?.loadOlder();
  }

  async loadMoreChats(): Promise<void> {
    if (this.#list.hasMore) await this.#list.load({ more: true });
  }

  /**
   * Queues a message: it shows at once, goes out in order as soon as there is a connection, also after a restart,
   * and is stored exactly once. Throws a ZodError when the text is empty or too long.
   */
  send(chatId: ChatId, text: string, options: SendOptions = {}): ClientId {
    const draft = { kind: 'send', chatId, text: parseText(text), ...options } as const;
    this.#typingSignal.forget();
    return this.#outbox.add(draft);
  }

  /**
   * Gives a message of mine another text; its mentions stay. It shows at once, like every change of a message, and
   * goes out in order as a message does. Throws a ZodError when the text is empty or too long.
   */
  edit(message: Message | StoredDraft, text: string): void {
    const parsed = parseText(text);
    const target = this.#targetOf(message);
    if (!target) return;
    if ('queuedAt' in target) return this.#outbox.editDraft(target, parsed);
    const { mentions } = target;
    this.#outbox.change({ kind: 'edit', text: parsed, mentions, ...toTarget(target) });
  }

  /** Deletes a message of mine for everyone. */
  remove(message: Message | StoredDraft): void {
    const target = this.#targetOf(message);
    if (!target) return;
    if ('queuedAt' in target) return this.#outbox.removeDraft(target);
    this.#outbox.change({ kind: 'delete', ...toTarget(target) });
  }

  /** Reacts to a message with an emoji, or takes that back. Throws a ZodError for what is no emoji. */
  react(message: Message, emoji: string, on: boolean): void {
    this.#outbox.change({ kind: 'react', emoji: EmojiSchema.parse(emoji), on, ...toTarget(message) });
  }

  /** Pins a message for both people, or lets it go. */
  pin(message: Message, on: boolean): void {
    this.#outbox.change({ kind: 'pin', on, ...toTarget(message) });
  }

  /** Sends a message on to another chat of mine, where it names who wrote it. */
  forward({ id, text }: Message, toChatId: ChatId): void {
    this.#outbox.add({ kind: 'forward', chatId: toChatId, messageId: id, text });
  }

  /** What stands for a message now: a draft may have been sent since it was shown. */
  #targetOf(message: Message | StoredDraft): Message | StoredDraft | undefined {
    if (!('queuedAt' in message)) return message;
    const { chatId, clientId } = message;
    const draft = this.#outbox.entries.filter(isDraft).find((each) => each.clientId === clientId);
    return draft ?? this.#openChats.get(chatId)?.log?.messages.find((each) => each.clientId === clientId);
  }

  /** Sends a message again that the server refused. */
  retry(clientId: ClientId): void {
    this.#outbox.retry(clientId);
  }

  /** Throws away a message that the server refused. */
  discard(clientId: ClientId): void {
    this.#outbox.discard(clientId);
  }

  /** The person has seen everything that is held of this chat. */
  markRead(chatId: ChatId): void {
    const chat = this.#list.get(chatId);
    const seq = this.#openChats.get(chatId)?.log?.messages.at(-1)?.seq ?? chat?.lastSeq;
    if (seq === undefined || chat?.unread === 0) return;
    this.#readMarks.mark(chatId, seq);
    this.#list.readUpTo(chatId, seq);
  }

  /** Call it on every key; it tells the server no more than needed and stops by itself after a pause. */
  setTyping(chatId: ChatId, isTyping: boolean): void {
    this.#typingSignal.set(chatId, isTyping);
  }

  /** Called by the client's `close`. */
  close(): void {
    this.#sync.close();
    this.#outbox.close();
    this.#typingSignal.forget();
    this.#typingWatch.clear();
    this.#changed();
    this.#listeners.clear();
  }

  #show(): ChatSnapshot {
    const { me, isSynced } = this.#sync;
    const outbox = this.#outbox.entries;
    return {
      connection: this.#connection.state.getSnapshot(),
      me,
      isSynced,
      ...this.#optimistic.show({
        views: this.#openChats.views,
        chats: this.#list.chats,
        entries: outbox,
        viewerId: me?.id,
      }),
      hasMoreChats: this.#list.hasMore,
      outbox,
      typing: this.#typingWatch.typing,
      online: this.#presence.online,
    };
  }

  #changed(): void {
    this.#snapshot = undefined;
    this.#listeners.notify();
  }
}

type SendOptions = { readonly replyTo?: MessageId; readonly mentions?: readonly UserId[] };

function parseText(text: string): string {
  return SendMessageInputSchema.shape.text.parse(text);
}

function toTarget({ chatId, id }: Message) {
  return { chatId, messageId: id };
}

/** What a mutation answers is the message as the log has it; whatever lies before it may be missing here. */
function toAnswered(message: Message): LogEvent {
  return { type: 'updated', chatId: message.chatId, rev: message.rev, prevRev: message.rev - 1, message };
}
