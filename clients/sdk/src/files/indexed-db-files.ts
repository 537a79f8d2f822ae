import { indexedDbTable } from '../storage/indexed-db-table.ts';
import type { DeviceFiles } from './device-files.ts';

const table = 'files';

type Row = { readonly bytes: Blob; readonly at: number };

/** Keeps files in the browser's IndexedDB, which all tabs share. `name` is the database's. */
export function indexedDbFiles(name: string): DeviceFiles {
  const open = indexedDbTable(name, table);
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
