import type { DeviceStorage } from './device-storage.ts';
import { indexedDbTable } from './indexed-db-table.ts';

const table = 'items';

/** Keeps items in the browser's IndexedDB, where there is room for much. `name` is the database's. */
export function indexedDbStorage(name: string): DeviceStorage {
  const open = indexedDbTable(name, table);
  return {
    getAllKeys: async () => (await (await open()).getAllKeys(table)).map(String),
    getItem: async (key) => toText(await (await open()).get(table, key)),
    setItem: async (key, text) => void (await (await open()).put(table, text, key)),
    removeItem: async (key) => (await open()).delete(table, key),
  };
}

function toText(found: unknown): string | null {
  return typeof found === 'string' ? found : null;
}
