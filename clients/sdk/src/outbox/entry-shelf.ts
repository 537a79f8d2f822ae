import type { ClientId, UserId } from '@whisper/shared';
import { keyPrefix, type DeviceStorage } from '../storage/device-storage.ts';
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

  /** In any order. Leaves out what cannot be read. */
  async list(): Promise<StoredEntry[]> {
    const keys = await this.#storage.getAllKeys();
    const own = keys.filter((key) => key.startsWith(this.#prefix));
    const texts = await Promise.all(own.map(async (key) => this.#storage.getItem(key)));
    return texts.flatMap((text) => parseEntry(text ?? '') ?? []);
  }

  put(entry: StoredEntry): Promise<void> | void {
    return this.#storage.setItem(this.#prefix + entry.clientId, JSON.stringify(entry));
  }

  remove(clientId: ClientId): Promise<void> | void {
    return this.#storage.removeItem(this.#prefix + clientId);
  }
}
