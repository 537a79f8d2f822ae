import 'fake-indexeddb/auto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { browserStorage } from '../src/storage/browser-storage.ts';
import type { DeviceStorage } from '../src/storage/device-storage.ts';
import { fileStorage } from '../src/storage/file-storage.ts';
import { indexedDbStorage } from '../src/storage/indexed-db-storage.ts';
import { memoryStorage } from '../src/storage/memory-storage.ts';

/** Every kind of storage, empty. */
export const storages: Readonly<Record<string, () => DeviceStorage>> = {
  memory: memoryStorage,
  'the browser': () => browserStorage(new Shelf()),
  IndexedDB: () => indexedDbStorage(crypto.randomUUID()),
  files: () => fileStorage(makeFolder()),
  'an AsyncStorage as React Native has it': () => new AsyncStorage(),
};

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'whisper-storage-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A `Storage` as browsers have it. */
export class Shelf implements Storage {
  readonly #items = new Map<string, string>();

  get length(): number {
    return this.#items.size;
  }

  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }

  removeItem(key: string): void {
    this.#items.delete(key);
  }

  clear(): void {
    this.#items.clear();
  }
}

/** Its functions, callbacks included, as `@react-native-async-storage/async-storage` declares them. */
export class AsyncStorage {
  readonly #items = new Map<string, string>();

  async getAllKeys(
    _callback?: (error?: Error, keys?: readonly string[]) => void,
  ): Promise<readonly string[]> {
    return [...this.#items.keys()];
  }

  async getItem(key: string, _callback?: (error?: Error, text?: string) => void): Promise<string | null> {
    return this.#items.get(key) ?? null;
  }

  async setItem(key: string, text: string, _callback?: (error?: Error) => void): Promise<void> {
    this.#items.set(key, text);
  }

  async removeItem(key: string, _callback?: (error?: Error) => void): Promise<void> {
    this.#items.delete(key);
  }
}
