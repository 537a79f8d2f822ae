import { ChatIdSchema, type ChatId, type ChatLog } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { keyPrefix, type DeviceStorage } from '../storage/device-storage.ts';
import { Timers } from '../storage/timers.ts';
import { fromHome, fromLog, toHome, toLog, type Home } from './records.ts';

export type CacheOptions = {
  readonly storage: DeviceStorage;
  /**
   * Names who is signed in, as the app knows it without the server, such as Clerk's user id. What another account left
   * is never shown, and erased.
   */
  readonly account: string;
};

/** What is held now: facts that the server told, and nothing that is only on its way to it. */
export type Held = Home & { readonly logs: ReadonlyMap<ChatId, ChatLog> };

type Options = CacheOptions & {
  readonly connection: Pick<Connection, 'clock' | 'onError'>;
  /** Undefined while it is not known whose it is. */
  readonly read: () => Held | undefined;
};

const prefix = `${keyPrefix}cache:`;
const homeKey = `${prefix}home`;
const logPrefix = `${prefix}chat:`;

/** What changed is written this much later, with what changes until then. */
const writeDelayMs = 1_000;
/** Chats whose messages are kept: those that changed last. */
const logsMax = 50;

/**
 * One person's last state, kept on the device. It is only a start: every chat's messages are kept with the log position
 * they are at, and are brought up to date from there. So tabs may write in turn, and what fails, is cut short or is not
 * understood is left out and told of; no function rejects.
 */
export class ChatCache {
  readonly #options: Options;
  readonly #timers: Timers;
  /** The chats whose messages are kept, in the order of writing. */
  readonly #chatIds = new Set<ChatId>();
  #writtenLogs = new WeakSet<ChatLog>();
  #writtenHome: Home | undefined;
  #cancelWrite: (() => void) | undefined;
  #work: Promise<void> = Promise.resolve();
  #isWriting = false;
  #isFailing = false;
  #isClosed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#timers = new Timers(options.connection.clock);
  }

  /**
   * What was shown last by this account. What others left is erased, and so are logs without it: it alone says up to where
   * they have heard of what no log tells.
   */
  async open(): Promise<Home | undefined> {
    const home = await this.#read(homeKey, (text) => toHome(this.#options.account, text));
    if (home === undefined || home === 'theirs') {
      void this.erase();
      return undefined;
    }
    await this.#try(() => this.#findLogs());
    return home;
  }

  async openLog(chatId: ChatId): Promise<ChatLog | undefined> {
    if (!this.#chatIds.has(chatId)) return undefined;
    const { account } = this.#options;
    const log = await this.#read(logPrefix + chatId, (text) => toLog(account, { chatId, text }));
    if (log === 'theirs') await this.forgetLog(chatId);
    return log === 'theirs' ? undefined : log;
  }

  /** To be called after every change of what is held. */
  changed(): void {
    if (this.#isClosed || this.#isWriting || this.#cancelWrite) return;
    this.#cancelWrite = this.#timers.after(writeDelayMs, () => this.#write());
  }

  forgetLog(chatId: ChatId): Promise<void> {
    return this.#do(() => this.#removeLog(chatId));
  }

  /** What is held now is kept again when it changes. */
  erase(): Promise<void> {
    this.#writtenHome = undefined;
    this.#writtenLogs = new WeakSet();
    this.#chatIds.clear();
    return this.#do(async () => {
      const { storage } = this.#options;
      const keys = await storage.getAllKeys();
      for (const key of keys) if (key.startsWith(prefix)) await storage.removeItem(key);
    });
  }

  /** Resolves when what was begun until now is done. */
  settled(): Promise<void> {
    return this.#work;
  }

  close(): void {
    if (this.#isClosed) return;
    const isOwing = this.#cancelWrite !== undefined;
    this.#isClosed = true;
    this.#timers.close();
    if (isOwing) this.#write();
  }

  #write(): void {
    this.#cancelWrite = undefined;
    const held = this.#options.read();
    if (!held) return;
    this.#isWriting = true;
    void this.#do(() => this.#keep(held)).then(() => {
      this.#isWriting = false;
      if (this.#isOutdated()) this.changed();
    });
  }

  #isOutdated(): boolean {
    const held = this.#options.read();
    return held !== undefined && (!this.#hasHome(held) || this.#changedLogs(held).length > 0);
  }

  async #keep(held: Held): Promise<void> {
    const { storage, account } = this.#options;
    for (const [chatId, log] of this.#changedLogs(held)) {
      this.#chatIds.delete(chatId);
      this.#chatIds.add(chatId);
      await storage.setItem(logPrefix + chatId, fromLog(account, log));
      this.#writtenLogs.add(log);
    }
    for (const chatId of [...this.#chatIds].slice(0, -logsMax)) await this.#removeLog(chatId);
    // Last, because it says up to where the logs have heard of what no log tells.
    if (this.#hasHome(held)) return;
    this.#writtenHome = held;
    await storage.setItem(homeKey, fromHome(account, held));
  }

  #hasHome({ me, chats, marks, chatsPosition }: Home): boolean {
    const home = this.#writtenHome;
    const isSame = home?.me === me && home.chats === chats && home.chatsPosition === chatsPosition;
    return isSame && JSON.stringify(home.marks) === JSON.stringify(marks);
  }

  #changedLogs({ logs }: Held): [ChatId, ChatLog][] {
    return [...logs].filter(([, log]) => !this.#writtenLogs.has(log));
  }

  async #removeLog(chatId: ChatId): Promise<void> {
    this.#chatIds.delete(chatId);
    await this.#options.storage.removeItem(logPrefix + chatId);
  }

  /** So that what earlier processes left counts as well. */
  async #findLogs(): Promise<void> {
    const keys = await this.#timers.inTime(Promise.resolve(this.#options.storage.getAllKeys()));
    for (const key of keys) {
      const chatId = ChatIdSchema.safeParse(key.startsWith(logPrefix) ? key.slice(logPrefix.length) : '');
      if (chatId.success) this.#chatIds.add(chatId.data);
    }
  }

  async #read<T>(key: string, parse: (text: string) => T): Promise<T | undefined> {
    const { storage } = this.#options;
    const text = await this.#try(() => this.#timers.inTime(this.#work.then(() => storage.getItem(key))));
    if (text === undefined || text === null) return undefined;
    return this.#try(() => parse(text), `What was kept as ${key} cannot be read`);
  }

  /** One thing after another, so that what is erased is not there again. */
  #do(task: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(() => this.#try(task));
    return this.#work;
  }

  /** Tells of the first failure in a row. */
  async #try<T>(task: () => Promise<T> | T, what = 'The cache failed'): Promise<T | undefined> {
    try {
      const done = await task();
      this.#isFailing = false;
      return done;
    } catch (error) {
      if (!this.#isFailing) this.#options.connection.onError(new Error(what, { cause: error }));
      this.#isFailing = true;
      return undefined;
    }
  }
}
