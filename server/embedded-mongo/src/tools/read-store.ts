import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../storage/catalog.ts';
import { checkDataFile, dataFileName } from '../storage/data-file.ts';
import type { KeyValueStore, Snapshot } from '../storage/kv.ts';
import { withJournal } from '../storage/journal.ts';
import { openLmdb } from '../storage/lmdb-store.ts';
import { catalogOf } from '../storage/snapshot-catalog.ts';

/** Lets the work have the directory's file for reading, whether a server runs on it or not. */
export async function withFile<T>(dataDir: string, work: (kv: KeyValueStore) => Promise<T>): Promise<T> {
  checkDataFile(dataDir);
  const file = join(dataDir, dataFileName);
  if (!existsSync(file)) throw new Error(`There is no store in ${dataDir}`);
  const kv = openLmdb(file, { isDurable: false, isReadOnly: true });
  try {
    return await work(kv);
  } finally {
    await kv.close();
  }
}

/** Lets the work read everything as it is at this moment. */
export function withSnapshot<T>(dataDir: string, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  return withFile(dataDir, async (kv) => {
    const snapshot = kv.snapshot();
    try {
      return await work(withJournal(snapshot));
    } finally {
      snapshot.release();
    }
  });
}

/** The same with the collections that are there at this moment. */
export function withCatalog<T>(dataDir: string, work: (catalog: Catalog) => Promise<T>): Promise<T> {
  return withSnapshot(dataDir, (snapshot) => work(catalogOf(snapshot)));
}
