import {
  EmojiSchema,
  SendMessageInputSchema,
  type Chat,
  type ChatId,
  type ClientId,
  type Me,
  type LogEvent,
  type Message,
  type MessageEvent,
  type MessageId,
  type PresenceEvent,
  type UserId,
} from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { callWithRetries, keepSubscribed } from '../connection/retries.ts';
import { Listeners, type Observable } from '../observable.ts';
import { isDraft, type OutboxStorage, type StoredDraft } from '../outbox/outbox-storage.ts';
import { Outbox } from '../outbox/outbox.ts';
import { ChatList } from './chat-list.ts';
import type { ChatSnapshot } from './chat-snapshot.ts';
import { followMessages } from './message-stream.ts';
import { OpenChat, type ChatView } from './open-chat.ts';
import { ReadMarks } from './read-marks.ts';
import { TypingSignal } from './typing-signal.ts';
import { TypingWatch } from './typing-watch.ts';
import { UnreadCheck } from './unread-check.ts';

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
  readonly #readMarks: ReadMarks;
  readonly #unreadCheck: UnreadCheck;
  readonly #openChats = new Map<ChatId, OpenChat>();
  readonly #stops: (() => void)[] = [];
  #open: ReadonlyMap<ChatId, ChatView> = new Map();
  #online: ReadonlySet<UserId> = new Set();
  #me: Me | null = null;
  #isSynced = false;
  #isLoaded = false;
  #snapshot: ChatSnapshot | undefined;

  constructor(connection: Connection, storage: OutboxStorage) {
    const onChange = () => this.#changed();
    this.#connection = connection;
    this.#list = new ChatList(connection, {
      onChange,
      isRead: (chatId, seq) => this.#readMarks.covers(chatId, seq),
    });
    this.#unreadCheck = new UnreadCheck(connection, this.#list);
    this.#typingWatch = new TypingWatch(connection.clock, onChange);
    this.#typingSignal = new TypingSignal(connection);
    this.#readMarks = new ReadMarks(connection, ({ chatId, seq, unread }) => {
      if (this.#list.get(chatId)?.lastMessage?.seq === seq) this.#list.setUnread(chatId, unread);
    });
    this.#outbox = new Outbox({
      connection,
      storage,
      onChange,
      onSent: (message) => this.#receive(toAnswered(message)),
    });
    this.#follow();
  }

  getSnapshot = (): ChatSnapshot => {
    this.#snapshot ??= {
      connection: this.#connection.state.getSnapshot(),
      me: this.#me,
      isSynced: this.#isSynced && this.#isLoaded,
      chats: this.#list.chats,
      hasMoreChats: this.#list.hasMore,
      open: this.#open,
      outbox: this.#outbox.entries,
      typing: this.#typingWatch.typing,
      online: this.#online,
    };
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
    const known = this.#openChats.get(chatId);
    if (known?.view.status === 'ready') return;
    const chat = known ?? new OpenChat(this.#connection, chatId, () => this.#showOpen());
    this.#openChats.set(chatId, chat);
    this.#showOpen();
    // A chat opened by its address may not be in the part of the list that is loaded.
    await Promise.all([chat.load(), this.#list.get(chatId) ? undefined : this.#list.fetch(chatId)]);
  }

  /** Lets go of a chat's messages; it stays in the list. */
  closeChat(chatId: ChatId): void {
    if (this.#openChats.delete(chatId)) this.#showOpen();
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
    const seq =
      this.#openChats.get(chatId)?.log?.messages.at(-1)?.seq ?? this.#list.get(chatId)?.lastMessage?.seq;
    if (seq === undefined || this.#list.get(chatId)?.unread === 0) return;
    this.#list.setUnread(chatId, 0);
    this.#readMarks.mark(chatId, seq);
  }

  /** Looks whether another device has read what is unread here. It happens by itself now and then. */
  checkUnread(): void {
    void this.#unreadCheck.ask();
  }

  /** Call it on every key; it tells the server no more than needed and stops by itself after a pause. */
  setTyping(chatId: ChatId, isTyping: boolean): void {
    this.#typingSignal.set(chatId, isTyping);
  }

  /** Called by the client's `close`. */
  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#outbox.close();
    this.#unreadCheck.stop();
    this.#typingSignal.forget();
    this.#typingWatch.clear();
    this.#changed();
    this.#listeners.clear();
  }

  #follow(): void {
    const { api } = this.#connection;
    this.#stops.push(
      this.#connection.state.subscribe(() => this.#connectionChanged()),
      followMessages(this.#connection, (event) => this.#apply(event)),
      keepSubscribed(this.#connection, (handlers) =>
        api.typing.onChange.subscribe({}, { ...handlers, onData: (event) => this.#typingWatch.apply(event) }),
      ),
      keepSubscribed(this.#connection, (handlers) =>
        api.presence.onChange.subscribe(undefined, {
          ...handlers,
          onData: (event) => this.#seePresence(event),
        }),
      ),
    );
  }

  #connectionChanged(): void {
    if (!this.#connection.isOpen) {
      this.#isSynced = false;
      this.#typingWatch.clear();
    }
    this.#changed();
  }

  #apply(event: MessageEvent): void {
    switch (event.type) {
      case 'created':
        this.#typingWatch.apply({
          chatId: event.chatId,
          userId: event.message.sender.id,
          isTyping: false,
        });
        return void this.#receive(event);
      case 'updated':
        return void this.#receive(event);
      case 'synced':
        return this.#goLive();
      case 'reset':
        // What is held counts for nothing until it was fetched again.
        this.#isLoaded = false;
        return this.#goLive();
    }
    event satisfies never;
  }

  /** What follows on the stream is live. */
  #goLive(): void {
    this.#isSynced = true;
    this.#changed();
    // Read after subscribing, so that a change between the two is in at least one of them.
    if (!this.#me || !this.#isLoaded) void this.#load();
    else void this.#unreadCheck.ask();
  }

  /** Never rejects. Resolves when an open log holds the message. */
  async #receive(event: LogEvent): Promise<void> {
    const { chatId, message } = event;
    this.#list.apply(message, this.#me?.id).catch(this.#connection.onError);
    await this.#openChats.get(chatId)?.receive(event);
  }

  async #load(): Promise<void> {
    try {
      const [me] = await Promise.all([
        callWithRetries(this.#connection, () => this.#connection.api.auth.me.query()),
        this.#list.load({ more: false }),
        ...[...this.#openChats.values()].map((chat) => chat.doubt()),
      ]);
      const isFirst = this.#me === null;
      this.#me = me;
      this.#isLoaded = true;
      this.#changed();
      this.#unreadCheck.start();
      if (isFirst) await this.#outbox.start(me.id);
    } catch (error) {
      if (!this.#connection.signal.aborted) this.#connection.onError(error);
    }
  }

  #seePresence(event: PresenceEvent): void {
    this.#online = applyPresence(this.#online, event);
    this.#changed();
  }

  #showOpen(): void {
    this.#open = new Map([...this.#openChats].map(([chatId, chat]) => [chatId, chat.view]));
    this.#changed();
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

function applyPresence(online: ReadonlySet<UserId>, event: PresenceEvent): ReadonlySet<UserId> {
  switch (event.type) {
    case 'list':
      return new Set(event.userIds);
    case 'online':
      return new Set([...online, event.userId]);
    case 'offline':
      return new Set([...online].filter((userId) => userId !== event.userId));
  }
}
