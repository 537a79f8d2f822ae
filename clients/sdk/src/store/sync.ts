import type { ChatEvent, ChatId, LogEvent, Me, MessageEvent } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { callWithRetries, keepSubscribed } from '../connection/retries.ts';
import type { BlockList } from './block-list.ts';
import type { ChatList } from './chat-list.ts';
import type { OpenChats } from './open-chats.ts';
import type { PresenceWatch } from './presence-watch.ts';
import { followTracked } from './tracked-stream.ts';
import type { TypingWatch } from './typing-watch.ts';

type SyncOptions = {
  readonly connection: Connection;
  readonly list: ChatList;
  readonly blocks: BlockList;
  readonly openChats: OpenChats;
  readonly typing: TypingWatch;
  readonly presence: PresenceWatch;
  readonly onChange: () => void;
  /** Called when everything was fetched for the first time. */
  readonly onSignedIn: (me: Me) => Promise<void>;
  /** Somebody of the chat has come further. */
  readonly onMarks: (chatId: ChatId) => void;
  /** Something of the chat that is this person's alone changed, such as where the unread begin. */
  readonly onMineChanged: (chatId: ChatId) => void;
  /** The person is not in the chat any more. */
  readonly onGone: (chatId: ChatId) => void;
  /** The person is in the chat, perhaps again. */
  readonly onComeBack: (chatId: ChatId) => void;
  /** The person does not see these messages any more, which no log tells. */
  readonly onHidden: (hidden: Hidden) => void;
  /** Such things may have been missed. */
  readonly onReset: () => void;
  /** What was restored is another person's than the server says. */
  readonly onOtherPerson: () => void;
};

export type Hidden = { readonly chatId: ChatId; readonly seqs: readonly number[] };

type StreamName = 'messages' | 'chats';

/** Keeps the parts of a store in step with the server: by the streams, and by a fetch where these cannot tell. */
export class Sync {
  readonly #options: SyncOptions;
  readonly #stops: (() => void)[] = [];
  readonly #live = new Set<StreamName>();
  #me: Me | null = null;
  #isLoaded = false;
  #isSignedIn = false;
  #chatsPosition: string | undefined;
  /** Where it is not known how far an earlier process had come, what is held was fetched before anything was told. */
  #isTold = false;

  constructor(options: SyncOptions) {
    this.#options = options;
    this.#stops.push(options.connection.state.subscribe(() => this.#connectionChanged()));
  }

  /** Follows the server from now on, and what happened to chats since an earlier process stopped there. */
  start(chatsFrom: string | undefined): void {
    const { connection, typing, presence } = this.#options;
    if (connection.signal.aborted) return;
    const { api } = connection;
    this.#chatsPosition = chatsFrom;
    this.#isTold = chatsFrom !== undefined;
    this.#stops.push(
      followTracked<MessageEvent>(connection, {
        subscribe: (input, handlers) => api.message.onEvent.subscribe(input, handlers),
        onEvent: (event) => this.#applyMessage(event),
      }),
      followTracked<ChatEvent>(connection, {
        subscribe: (input, handlers) => api.chat.onChange.subscribe(input, handlers),
        onEvent: (event) => this.#applyChat(event),
        from: chatsFrom,
        onPosition: (id) => {
          this.#chatsPosition = id;
        },
      }),
      keepSubscribed(connection, (handlers) =>
        api.typing.onChange.subscribe({}, { ...handlers, onData: (event) => typing.apply(event) }),
      ),
      keepSubscribed(connection, (handlers) =>
        api.presence.onChange.subscribe(
          { listed: true },
          { ...handlers, onData: (event) => presence.apply(event) },
        ),
      ),
    );
  }

  /** What happened to chats besides messages is applied up to here. */
  get chatsPosition(): string | undefined {
    return this.#chatsPosition;
  }

  get me(): Me | null {
    return this.#me;
  }

  /** Takes who it is from an earlier process; the server has the last word. */
  restore(me: Me): void {
    this.#me = me;
  }

  get isSynced(): boolean {
    return this.#isLive && this.#isLoaded;
  }

  /** Never rejects. Resolves when an open log holds the message. */
  async receive(event: LogEvent): Promise<void> {
    const { list, openChats, connection } = this.#options;
    list.apply(event, this.#me?.id).catch(connection.onError);
    await openChats.receive(event);
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  get #isLive(): boolean {
    return this.#live.has('messages') && this.#live.has('chats');
  }

  #connectionChanged(): void {
    if (!this.#options.connection.isOpen) {
      this.#live.clear();
      this.#options.typing.clear();
    }
    this.#options.onChange();
  }

  #applyMessage(event: MessageEvent): void {
    switch (event.type) {
      case 'created': {
        const { chatId, message } = event;
        this.#options.typing.apply({ chatId, userId: message.sender.id, isTyping: false });
        return void this.receive(event);
      }
      case 'updated':
        return void this.receive(event);
      case 'synced':
        return this.#goLive('messages');
      case 'reset':
        return this.#startAnew('messages');
    }
    event satisfies never;
  }

  #applyChat(event: ChatEvent): void {
    const { list, blocks, connection, onMarks, onMineChanged, onGone, onHidden, onComeBack, onReset } =
      this.#options;
    switch (event.type) {
      case 'marks':
        onMarks(event.chatId);
        return void list.applyMarks(event, this.#me?.id).catch(connection.onError);
      case 'new':
        // What was held of it may be from before, when the person saw other parts of it.
        onComeBack(event.chatId);
        return void list.refetch([event.chatId]).catch(connection.onError);
      case 'changed':
        if (!event.group) onMineChanged(event.chatId);
        return void list.applyChange(event).catch(connection.onError);
      case 'gone':
        return onGone(event.chatId);
      case 'hidden':
        onHidden(event);
        return void list.refetch([event.chatId]).catch(connection.onError);
      case 'blocks':
        return void blocks.load().catch(connection.onError);
      case 'synced':
        return this.#goLive('chats');
      case 'reset':
        onReset();
        return this.#startAnew('chats');
    }
    event satisfies never;
  }

  /** What is held counts for nothing until it was fetched again. */
  #startAnew(stream: StreamName): void {
    this.#isLoaded = false;
    this.#goLive(stream);
  }

  /** What follows on the stream is live. */
  #goLive(stream: StreamName): void {
    this.#live.add(stream);
    this.#options.onChange();
    // Read after subscribing, so that a change between the two is in at least one of them.
    if (this.#isLive && !this.#isLoaded) void this.#load();
  }

  async #load(): Promise<void> {
    const { connection, list, blocks, openChats, onChange, onSignedIn, onOtherPerson } = this.#options;
    try {
      const [me] = await Promise.all([
        callWithRetries(connection, () => connection.api.auth.me.query()),
        list.load(),
        this.#isTold ? openChats.doubt() : openChats.doubtShown(),
        blocks.load().catch(connection.onError),
      ]);
      const isOther = this.#me !== null && this.#me.id !== me.id;
      this.#me = me;
      if (isOther) {
        this.#isSignedIn = false;
        onOtherPerson();
        return await this.#load();
      }
      this.#isLoaded = true;
      this.#isTold = true;
      onChange();
      if (this.#isSignedIn) return;
      this.#isSignedIn = true;
      await onSignedIn(me);
    } catch (error) {
      if (!connection.signal.aborted) connection.onError(error);
    }
  }
}
