import { openDB, type IDBPDatabase } from 'idb';

/**
 * A table of the browser's IndexedDB, alone in its database. It is opened when it is used, and again when it was refused, or
 * closed by the browser.
 */
export function indexedDbTable(name: string, table: string): () => Promise<IDBPDatabase> {
  let opening: Promise<IDBPDatabase> | undefined;
  const forget = () => {
    opening = undefined;
  };
  return () => {
    opening ??= openTable(name, table, forget).catch((error: unknown) => {
      forget();
      throw error;
    });
    return opening;
  };
}

async function openTable(name: string, table: string, terminated: () => void): Promise<IDBPDatabase> {
  return openDB(name, 1, { upgrade: (database) => void database.createObjectStore(table), terminated });
}
