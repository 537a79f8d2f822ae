import { openDB, type IDBPDatabase } from 'idb';
import type { DeviceFiles } from './device-files.ts';

const table = 'files';

type Row = { readonly bytes: Blob; readonly at: number };

/** Keeps files in the browser's IndexedDB, which all tabs share. `name` is the database's. */
export function indexedDbFiles(name: string): DeviceFiles {
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
  const find = async (key: string): Promise<Row | undefined> => (await open()).get(table, key);
  return {
    async list() {
      const keys = (await (await open()).getAllKeys(table)).map(String);
      const rows = await Promise.all(keys.map(find));
      return keys.map((key, index) => ({ key, at: rows[index]?.at ?? 0 }));
    },
    get: async (key) => (await find(key))?.bytes,
    put: async (key, bytes) => void (await (await open()).put(table, { bytes, at: Date.now() }, key)),
    remove: async (key) => (await open()).delete(table, key),
  };
}

async function openTable(name: string, terminated: () => void): Promise<IDBPDatabase> {
  return openDB(name, 1, { upgrade: (database) => void database.createObjectStore(table), terminated });
}
