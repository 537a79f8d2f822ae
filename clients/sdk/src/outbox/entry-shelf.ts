import type { ClientId, UserId } from '@whisper/shared';
import { isPromise, keyPrefix, type Awaitable, type DeviceStorage } from '../storage/device-storage.ts';
import type { StoredEntry } from './entry.ts';
import { parseEntry } from './stored-entry.ts';

/**
 * One person's entries on a device, each an item of its own, so that two tabs or processes do not overwrite each
 * other's.
 */
export class EntryShelf {
  readonly #storage: DeviceStorage;
  readonly #prefix: string;

  constructor(storage: DeviceStorage, userId: UserId) {
    this.#storage = storage;
    this.#prefix = `${keyPrefix}outbox:${userId}:`;
  }

  /** In any order. Leaves out what cannot be read. Answers at once where the storage does. */
  list(): Awaitable<StoredEntry[]> {
    const keys = this.#storage.getAllKeys();
    return isPromise(keys) ? keys.then((known) => this.#read(known)) : this.#read(keys);
  }

  #read(keys: readonly string[]): Awaitable<StoredEntry[]> {
    const own = keys.filter((key) => key.startsWith(this.#prefix));
    const texts = own.map((key) => this.#storage.getItem(key));
    return texts.some(isPromise)
      ? Promise.all(texts.map(async (text) => text)).then(parseAll)
      : parseAll(texts.filter((text): text is string | null => !isPromise(text)));
  }

  has(clientId: ClientId): Awaitable<boolean> {
    const text = this.#storage.getItem(this.#prefix + clientId);
    return isPromise(text) ? text.then((found) => found !== null) : text !== null;
  }

  put(entry: StoredEntry): Awaitable<void> {
    return this.#storage.setItem(this.#prefix + entry.clientId, JSON.stringify(entry));
  }

  remove(clientId: ClientId): Awaitable<void> {
    return this.#storage.removeItem(this.#prefix + clientId);
  }
}

function parseAll(texts: readonly (string | null)[]): StoredEntry[] {
  return texts.flatMap((text) => parseEntry(text ?? '') ?? []);
}
