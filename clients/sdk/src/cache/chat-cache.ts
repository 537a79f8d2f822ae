import { ChatIdSchema, type ChatId, type ChatLog } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { keyPrefix, type DeviceStorage } from '../storage/device-storage.ts';
import { Timers } from '../storage/timers.ts';
import { fromHome, fromLog, ownerOf, toHome, toLog, type Home, type KeptHome } from './records.ts';
import { Stamps } from './stamps.ts';

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
/** Whose the cache is. */
const ownerKey = `${prefix}owner`;
const logPrefix = `${prefix}chat:`;

/** What changed is written this much later, with what changes until then. */
const writeDelayMs = 1_000;
/** Chats whose messages are kept: those that changed last. */
const logsMax = 50;

type KeptLog = readonly [key: string, log: ChatLog];

/**
 * One person's last state, kept on the device. It is only a start: every chat's messages are kept with the log position
 * they are at, and are brought up to date from there. What no log tells is told from the position of the home on, so
 * messages count only under the stamp that the home has for their chat. So tabs may write in turn, in any storage, and what
 * fails, is cut short or is not understood is left out and told of; no function rejects.
 */
export class ChatCache {
  readonly #options: Options;
  readonly #timers: Timers;
  readonly #owner: string;
  readonly #stamps = new Stamps();
  /** Where the messages of chats are kept, in the order of writing. */
  readonly #logKeys = new Set<string>();
  /** Where each is kept as it is. */
  readonly #writtenLogs = new WeakMap<ChatLog, string>();
  #writtenHome: KeptHome | undefined;
  #cancelWrite: (() => void) | undefined;
  #work: Promise<void> = Promise.resolve();
  #isWriting = false;
  #isFailing = false;
  #isClosed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#timers = new Timers(options.connection.clock);
    this.#owner = ownerOf(options.account);
  }

  /**
   * What was shown last by this account. What others left is erased, and so are logs without it: it alone says up to where
   * they have heard of what no log tells.
   */
  async open(): Promise<Home | undefined> {
    const [owner, home] = await Promise.all([
      this.#read(ownerKey, (text) => text),
      this.#read(homeKey, (text) => toHome(this.#options.account, text)),
    ]);
    if (this.#isClosed) return undefined;
    if (owner !== this.#owner || home === undefined || home === 'theirs') {
      void this.startAnew();
      return undefined;
    }
    this.#stamps.restore(home.stamps);
    await this.#try(() => this.#findLogs());
    return home;
  }

  async openLog(chatId: ChatId): Promise<ChatLog | undefined> {
    const key = this.#logKeyOf(chatId);
    if (!this.#logKeys.has(key)) return undefined;
    const { account } = this.#options;
    const log = await this.#read(key, (text) => toLog(account, { chatId, text }));
    return log === 'theirs' ? undefined : log;
  }

  /** To be called after every change of what is held. */
  changed(): void {
    if (this.#isClosed || this.#isWriting || this.#cancelWrite) return;
    this.#cancelWrite = this.#timers.after(writeDelayMs, () => this.#write());
  }

  /** Something happened to a chat that its log does not tell: what anybody has kept of it until now does not count. */
  forgetLog(chatId: ChatId): Promise<void> {
    const key = this.#logKeyOf(chatId);
    this.#stamps.renew(chatId);
    this.changed();
    return this.#do(() => this.#removeLog(key));
  }

  /** Such things may have happened to all of them, or nothing of it is this person's: what is held is kept again. */
  startAnew(): Promise<void> {
    this.#forgetAll();
    return this.#do(async () => {
      // First, so that no other tab of this person finds it nobody's.
      await this.#options.storage.setItem(ownerKey, this.#owner);
      await this.#removeAll();
    });
  }

  /** For whoever leaves: no tab of theirs keeps anything here any more. What is another's by now stays. */
  erase(): Promise<void> {
    this.#forgetAll();
    return this.#do(async () => {
      const { storage } = this.#options;
      const owner = await storage.getItem(ownerKey);
      if (owner !== null && owner !== this.#owner) return;
      await storage.removeItem(ownerKey);
      await this.#removeAll();
    });
  }

  #forgetAll(): void {
    this.#stamps.renewAll();
    this.#logKeys.clear();
  }

  async #removeAll(): Promise<void> {
    const { storage } = this.#options;
    for (const key of await storage.getAllKeys())
      if (key.startsWith(prefix) && key !== ownerKey) await storage.removeItem(key);
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
    const logs = this.#changedLogs(held);
    const home = this.#hasHome(held) ? undefined : { ...held, stamps: this.#stamps.record };
    void this.#do(() => this.#keep(logs, home)).then(() => {
      this.#isWriting = false;
      if (this.#isOutdated()) this.changed();
    });
  }

  #isOutdated(): boolean {
    const held = this.#options.read();
    return held !== undefined && (!this.#hasHome(held) || this.#changedLogs(held).length > 0);
  }

  async #keep(logs: readonly KeptLog[], home: KeptHome | undefined): Promise<void> {
    const { account } = this.#options;
    for (const [key, log] of logs) {
      this.#logKeys.delete(key);
      this.#logKeys.add(key);
      if (!(await this.#put(key, fromLog(account, log)))) return;
      this.#writtenLogs.set(log, key);
    }
    for (const key of [...this.#logKeys].slice(0, -logsMax)) await this.#removeLog(key);
    // Last, because it says up to where the logs have heard of what no log tells.
    if (!home) return;
    this.#writtenHome = home;
    await this.#put(homeKey, fromHome(account, home));
  }

  /** Says whether it was written. Once the person left in another tab, or somebody else came, nothing is any more. */
  async #put(key: string, text: string): Promise<boolean> {
    const { storage } = this.#options;
    const isOurs = (await storage.getItem(ownerKey)) === this.#owner;
    if (isOurs) await storage.setItem(key, text);
    else this.close();
    return isOurs;
  }

  #hasHome({ me, chats, marks, chatsPosition }: Home): boolean {
    const home = this.#writtenHome;
    if (home?.stamps !== this.#stamps.record || JSON.stringify(home.marks) !== JSON.stringify(marks))
      return false;
    return home.me === me && home.chats === chats && home.chatsPosition === chatsPosition;
  }

  #changedLogs({ logs }: Held): KeptLog[] {
    return [...logs]
      .map(([chatId, log]): KeptLog => [this.#logKeyOf(chatId), log])
      .filter(([key, log]) => this.#writtenLogs.get(log) !== key);
  }

  #logKeyOf(chatId: ChatId): string {
    return `${logPrefix}${chatId}-${this.#stamps.of(chatId)}`;
  }

  async #removeLog(key: string): Promise<void> {
    this.#logKeys.delete(key);
    await this.#options.storage.removeItem(key);
  }

  /** So that what earlier processes left counts as well, and what does not is not left there. */
  async #findLogs(): Promise<void> {
    const keys = await this.#timers.inTime(Promise.resolve(this.#options.storage.getAllKeys()));
    for (const key of keys.filter((each) => each.startsWith(logPrefix))) {
      const chatId = ChatIdSchema.safeParse(key.slice(logPrefix.length).split('-')[0]);
      if (chatId.success && key === this.#logKeyOf(chatId.data)) this.#logKeys.add(key);
      else void this.#do(() => this.#removeLog(key));
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
