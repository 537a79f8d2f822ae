import type { ChatEvent, LogEvent, Me, MessageEvent } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { callWithRetries, keepSubscribed } from '../connection/retries.ts';
import type { ChatList } from './chat-list.ts';
import type { OpenChats } from './open-chats.ts';
import type { PresenceWatch } from './presence-watch.ts';
import { followTracked } from './tracked-stream.ts';
import type { TypingWatch } from './typing-watch.ts';

type SyncOptions = {
  readonly connection: Connection;
  readonly list: ChatList;
  readonly openChats: OpenChats;
  readonly typing: TypingWatch;
  readonly presence: PresenceWatch;
  readonly onChange: () => void;
  /** Called when everything was fetched for the first time. */
  readonly onSignedIn: (me: Me) => Promise<void>;
  /** What was restored is another person's than the server says. */
  readonly onOtherPerson: () => void;
};

type StreamName = 'messages' | 'chats';

/** Keeps the parts of a store in step with the server: by the streams, and by a fetch where these cannot tell. */
export class Sync {
  readonly #options: SyncOptions;
  readonly #stops: (() => void)[];
  readonly #live = new Set<StreamName>();
  #me: Me | null = null;
  #isLoaded = false;
  #isSignedIn = false;

  constructor(options: SyncOptions) {
    const { connection, typing, presence } = options;
    const { api } = connection;
    this.#options = options;
    this.#stops = [
      connection.state.subscribe(() => this.#connectionChanged()),
      followTracked<MessageEvent>(
        connection,
        (input, handlers) => api.message.onEvent.subscribe(input, handlers),
        (event) => this.#applyMessage(event),
      ),
      followTracked<ChatEvent>(
        connection,
        (input, handlers) => api.chat.onChange.subscribe(input, handlers),
        (event) => this.#applyChat(event),
      ),
      keepSubscribed(connection, (handlers) =>
        api.typing.onChange.subscribe({}, { ...handlers, onData: (event) => typing.apply(event) }),
      ),
      keepSubscribed(connection, (handlers) =>
        api.presence.onChange.subscribe(
          { listed: true },
          { ...handlers, onData: (event) => presence.apply(event) },
        ),
      ),
    ];
  }

  get me(): Me | null {
    return this.#me;
  }

  /** Takes who it is from an earlier process, unless the server was faster; it has the last word. */
  restore(me: Me): boolean {
    if (this.#me) return false;
    this.#me = me;
    return true;
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
    const { list, connection } = this.#options;
    switch (event.type) {
      case 'marks':
        return void list.applyMarks(event, this.#me?.id).catch(connection.onError);
      case 'new':
      case 'changed':
        return void list.fetch(event.chatId).catch(connection.onError);
      case 'gone':
      case 'hidden':
        return;
      case 'synced':
        return this.#goLive('chats');
      case 'reset':
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
    const { connection, list, openChats, onChange, onSignedIn, onOtherPerson } = this.#options;
    try {
      const [me] = await Promise.all([
        callWithRetries(connection, () => connection.api.auth.me.query()),
        list.load(),
        openChats.doubt(),
      ]);
      const isOther = this.#me !== null && this.#me.id !== me.id;
      this.#me = me;
      if (isOther) {
        this.#isSignedIn = false;
        onOtherPerson();
        return await this.#load();
      }
      this.#isLoaded = true;
      onChange();
      if (this.#isSignedIn) return;
      this.#isSignedIn = true;
      await onSignedIn(me);
    } catch (error) {
      if (!connection.signal.aborted) connection.onError(error);
    }
  }
}
