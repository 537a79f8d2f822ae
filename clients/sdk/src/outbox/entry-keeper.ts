import type { ClientId } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { jitteredDelayMs } from '../connection/waits.ts';
import { isPromise, type Awaitable } from '../storage/device-storage.ts';
import { Timers } from '../storage/timers.ts';
import type { EntryShelf } from './entry-shelf.ts';
import type { StoredEntry } from './entry.ts';

type KeeperOptions = {
  readonly connection: Pick<Connection, 'clock' | 'random' | 'onError'>;
  readonly shelf: EntryShelf;
  /** Called once, as soon as the storage says what an earlier process left. */
  readonly onFound: (entries: readonly StoredEntry[]) => void;
};

type Trouble = { readonly error: unknown };

/**
 * One person's entries in a storage that may throw, be full or never answer. What it does not take is held here and
 * offered again and again, and nothing waits for it longer than a moment. No function rejects.
 */
export class EntryKeeper {
  readonly #options: KeeperOptions;
  /** What the storage does not have yet; `null`: what it has and should not. */
  readonly #owed = new Map<ClientId, StoredEntry | null>();
  readonly #timers: Timers;
  #hasFound = false;
  #isFailing = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#timers = new Timers(options.connection.clock);
  }

  /** Resolves when the entries of an earlier process were found, or when that may take long. */
  async open(): Promise<void> {
    this.#heed(await this.#find());
  }

  /** Resolves when the entry is kept, or when it has to leave without. */
  put(entry: StoredEntry): Promise<void> {
    return this.#owe(entry.clientId, entry);
  }

  remove(clientId: ClientId): Promise<void> {
    return this.#owe(clientId, null);
  }

  /** Whether no other tab has removed it. What the storage does not have yet, or does not say, is taken to be there. */
  async has(clientId: ClientId): Promise<boolean> {
    if (this.#isFailing || this.#owed.has(clientId)) return true;
    let isThere = true;
    const found = (answer: boolean) => {
      isThere = answer;
    };
    this.#heed(await this.#try(() => this.#options.shelf.has(clientId), found));
    return isThere;
  }

  close(): void {
    this.#timers.close();
  }

  async #owe(clientId: ClientId, entry: StoredEntry | null): Promise<void> {
    this.#owed.set(clientId, entry);
    const paid = this.#pay(clientId, entry);
    // A storage that is known to be in trouble does not hold up every message anew.
    if (!this.#isFailing) this.#heed(await paid);
  }

  #pay(clientId: ClientId, entry: StoredEntry | null): Promise<Trouble | undefined> {
    const { shelf } = this.#options;
    return this.#try(
      () => (entry ? shelf.put(entry) : shelf.remove(clientId)),
      () => {
        if (this.#owed.get(clientId) === entry) this.#owed.delete(clientId);
      },
    );
  }

  #find(): Promise<Trouble | undefined> {
    const { shelf, onFound } = this.#options;
    return this.#try(
      () => shelf.list(),
      (entries) => {
        if (this.#hasFound) return;
        this.#hasFound = true;
        onFound(entries);
      },
    );
  }

  /** Why it failed, or that it takes long; an answer that is late counts all the same. */
  async #try<T>(ask: () => Awaitable<T>, onAnswer: (answer: T) => void): Promise<Trouble | undefined> {
    try {
      const asked = ask();
      if (isPromise(asked)) await this.#timers.inTime(asked.then(onAnswer));
      else onAnswer(asked);
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  #heed(trouble: Trouble | undefined): void {
    if (!trouble || this.#isFailing) return;
    this.#isFailing = true;
    this.#options.connection.onError(trouble.error);
    this.#offerLater(1);
  }

  #offerLater(attempt: number): void {
    this.#timers.after(
      jitteredDelayMs(attempt, this.#options.connection.random),
      () => void this.#offer(attempt),
    );
  }

  /** Everything at once: what is removed may make room for what is put. */
  async #offer(attempt: number): Promise<void> {
    const offers = [...this.#owed].map(([clientId, entry]) => this.#pay(clientId, entry));
    if (!this.#hasFound) offers.push(this.#find());
    const trouble = (await Promise.all(offers)).find((each) => each !== undefined);
    if (trouble) this.#options.connection.onError(trouble.error);
    this.#isFailing = !this.#hasFound || this.#owed.size > 0;
    if (this.#isFailing) this.#offerLater(attempt + 1);
  }
}
