import type { Chat, ChatId, LogEvent, Me, Message } from '@whisper/shared';
import { ChatCache, type CacheOptions, type Held } from '../cache/chat-cache.ts';
import type { Connection, RefusalReason } from '../connection/connection.ts';
import type { StoredEntry } from '../outbox/entry.ts';
import type { DeviceFiles } from '../files/device-files.ts';
import { Uploads } from '../files/uploads.ts';
import { Outbox } from '../outbox/outbox.ts';
import type { DeviceStorage } from '../storage/device-storage.ts';
import { BlockList } from './block-list.ts';
import { ChatList } from './chat-list.ts';
import { Marks } from './marks.ts';
import { OpenChats } from './open-chats.ts';
import { PresenceWatch } from './presence-watch.ts';
import { Sync, type Hidden } from './sync.ts';
import { TypingWatch } from './typing-watch.ts';

/** How long a mark of what arrived waits for the next: messages may come in a burst. */
const deliveredDelayMs = 100;
/**
 * The same where nobody is told of it as it happens. What came to a thousand at once is not told back by all of them at
 * once, so each takes a moment within this.
 */
const untoldDelayMs = 5_000;

export type Kept = {
  readonly storage: DeviceStorage;
  readonly files: DeviceFiles;
  readonly cache: CacheOptions | undefined;
};

/** What a store is made of, put together: one person's state, from the cache first and from the server then. */
export class StoreParts {
  readonly list: ChatList;
  readonly openChats: OpenChats;
  readonly outbox: Outbox;
  readonly uploads: Uploads;
  readonly readMarks: Marks;
  readonly typing: TypingWatch;
  readonly presence: PresenceWatch;
  readonly blocks: BlockList;
  readonly sync: Sync;
  readonly #deliveredMarks: Marks;
  readonly #cache: ChatCache | undefined;
  /** What is kept is shown after this. */
  readonly #opening: Promise<void>;
  readonly #marksListeners = new Set<(chatId: ChatId) => void>();
  readonly #stopWatching: () => void;
  readonly #onError: (error: unknown) => void;

  constructor(connection: Connection, { storage, files, cache }: Kept, onChanged: () => void) {
    this.#onError = connection.onError;
    const onChange = () => {
      this.#cache?.changed();
      onChanged();
    };
    this.#cache = cache && new ChatCache({ ...cache, connection, read: () => this.#held() });
    const { markRead, markDelivered } = connection.api.chat;
    this.readMarks = new Marks(connection, { tell: (mark) => markRead.mutate(mark) });
    const readHere = (chatId: ChatId) => this.readMarks.seqOf(chatId);
    this.#deliveredMarks = new Marks(connection, {
      tell: (mark) => markDelivered.mutate(mark),
      delayMs: (chatId) =>
        isTold(this.list.get(chatId)) ? deliveredDelayMs : connection.random() * untoldDelayMs,
      isCovered: ({ chatId, seq }) => seq <= readHere(chatId),
    });
    const onDelivered = (chatId: ChatId, seq: number) => this.#deliveredMarks.mark(chatId, seq);
    const onGone = (chatId: ChatId) => this.forget(chatId);
    const isOpen = (chatId: ChatId) => this.openChats.get(chatId) !== undefined;
    this.list = new ChatList(connection, { onChange, readHere, onDelivered, isOpen, onGone });
    const readKept = async (chatId: ChatId) => {
      await this.#opening;
      return this.#cache?.openLog(chatId);
    };
    this.openChats = new OpenChats(connection, { onChange, readKept, onGone });
    this.typing = new TypingWatch(connection.clock, onChange);
    this.presence = new PresenceWatch(onChange);
    this.uploads = new Uploads({ connection, files, onSettled: () => this.outbox.goOn() });
    this.blocks = new BlockList(connection, { onChange, list: this.list });
    this.outbox = new Outbox({
      ...{ connection, storage, uploads: this.uploads, onChange },
      onSent: (message, { kind }) => this.#done(message, kind),
    });
    const { list, blocks, openChats, typing, presence } = this;
    this.sync = new Sync({
      ...{ connection, list, blocks, openChats, typing, presence, onChange },
      onSignedIn: (me) => this.#start(me),
      onOtherPerson: () => this.#startAnew(),
      onGone,
      onMarks: (chatId) => {
        for (const listener of this.#marksListeners) listener(chatId);
      },
      onMineChanged: (chatId) => this.#forgetRead([chatId]),
      onComeBack: (chatId) => this.#readAnew(chatId),
      onHidden: (hidden) => this.#hide(hidden),
      onReset: () => this.#renew(),
    });
    this.#stopWatching = this.#watchSignOut(connection);
    this.#opening = this.#openCache();
  }

  #watchSignOut({ state }: Connection): () => void {
    return state.subscribe(() => {
      const now = state.getSnapshot();
      if (now.status === 'refused' && isSignedOut(now.reason)) void this.erase();
    });
  }

  onMarks(listener: (chatId: ChatId) => void): () => void {
    this.#marksListeners.add(listener);
    return () => this.#marksListeners.delete(listener);
  }

  /** The person is not in the chat any more. */
  forget(chatId: ChatId): void {
    this.list.remove(chatId);
    this.openChats.get(chatId)?.lose();
    void this.#cache?.forgetLog(chatId);
  }

  close(): void {
    this.#stopWatching();
    this.#cache?.close();
    this.sync.close();
    this.outbox.close();
    this.uploads.close();
    this.typing.clear();
  }

  /** Empties the cache for good. Never rejects. */
  async erase(): Promise<void> {
    this.#cache?.close();
    await this.#cache?.erase();
  }

  async #openCache(): Promise<void> {
    const home = this.#cache && (await this.#cache.open());
    if (home) {
      this.sync.restore(home.me);
      for (const { chatId, seq } of home.marks) this.readMarks.mark(chatId, seq);
      this.list.restore(home.chats);
      this.uploads.open(home.me.id);
      void this.outbox.open(home.me.id);
    }
    this.sync.start(home?.chatsPosition);
  }

  /** What the server has told, without what is only on its way to it. */
  #held(): Held | undefined {
    const { me, chatsPosition } = this.sync;
    if (!me || chatsPosition === undefined) return undefined;
    const { logs } = this.openChats;
    return { me, chats: this.list.chats, marks: this.readMarks.pending, logs, chatsPosition };
  }

  async #start({ id }: Me): Promise<void> {
    this.readMarks.start();
    this.#deliveredMarks.start();
    this.uploads.open(id);
    await this.outbox.start(id);
  }

  /** Nothing of what is held is this person's. */
  #startAnew(): void {
    this.readMarks.clear();
    this.#deliveredMarks.clear();
    this.outbox.clear();
    this.uploads.clear();
    this.list.clear();
    this.blocks.clear();
    this.openChats.startAnew();
    void this.#cache?.startAnew();
  }

  /** What the server answered is in what is held when this resolves. */
  async #done(message: Message, kind: StoredEntry['kind']): Promise<void> {
    const { chatId, seq } = message;
    if (kind === 'hide') this.#hide({ chatId, seqs: [seq] });
    else await this.sync.receive(toAnswered(message, kind));
  }

  #hide({ chatId, seqs }: Hidden): void {
    this.openChats.get(chatId)?.hide(seqs);
    void this.#cache?.forgetLog(chatId);
  }

  #readAnew(chatId: ChatId): void {
    void this.#cache?.forgetLog(chatId);
    void this.openChats.get(chatId)?.renew();
  }

  /** Of these chats, or of all, the server knows best how far the person has read. */
  #forgetRead(chatIds?: readonly ChatId[]): void {
    void this.readMarks
      .forget(chatIds)
      .then((late) => this.list.refetch(late))
      .catch(this.#onError);
  }

  #renew(): void {
    this.#forgetRead();
    void this.#cache?.startAnew();
    void this.openChats.renew();
  }
}

/** What a mutation answers is the message as the log has it; whatever lies before it may be missing here. */
function toAnswered(message: Message, kind: StoredEntry['kind']): LogEvent {
  const { chatId, rev } = message;
  return { type: isNew(message, kind) ? 'created' : 'updated', chatId, rev, prevRev: rev - 1, message };
}

/** One that was sent before, and the answer lost, may have been changed since, or hidden by another device. */
function isNew(message: Message, kind: StoredEntry['kind']): boolean {
  const { editedAt, deletedAt, pinnedAt, reactions } = message;
  const isTouched = editedAt ?? deletedAt ?? pinnedAt ?? reactions[0];
  return (kind === 'send' || kind === 'forward') && !isTouched;
}

/** Whether its people are told how far each of them has come. */
function isTold(chat: Chat | undefined): boolean {
  // One that is new here is not in the list yet.
  return chat?.kind !== 'group' || chat.marks !== undefined;
}

function isSignedOut(reason: RefusalReason): boolean {
  return ['signedOut', 'unauthorized', 'sessionRevoked', 'userDeleted'].includes(reason);
}
