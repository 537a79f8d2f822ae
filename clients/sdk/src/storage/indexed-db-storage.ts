import { openDB, type IDBPDatabase } from 'idb';
import type { DeviceStorage } from './device-storage.ts';

const table = 'items';

/** Keeps items in the browser's IndexedDB, where there is room for much. `name` is the database's. */
export function indexedDbStorage(name: string): DeviceStorage {
  let opening: Promise<IDBPDatabase> | undefined;
  const forget = () => {
    opening = undefined;
  };
  // Opened when it is used, and again when it was refused, or closed by the browser.
  const open = () => {
    opening ??= openTable(name, forget).catch((error: unknown) => {
      forget();
      throw error;
    });
    return opening;
  };
  return {
    getAllKeys: async () => (await (await open()).getAllKeys(table)).map(String),
    getItem: async (key) => toText(await (await open()).get(table, key)),
    setItem: async (key, text) => void (await (await open()).put(table, text, key)),
    removeItem: async (key) => (await open()).delete(table, key),
  };
}

async function openTable(name: string, terminated: () => void): Promise<IDBPDatabase> {
  return openDB(name, 1, { upgrade: (database) => void database.createObjectStore(table), terminated });
}

function toText(found: unknown): string | null {
  return typeof found === 'string' ? found : null;
}
