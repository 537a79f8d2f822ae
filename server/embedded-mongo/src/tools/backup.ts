import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkDataFile, dataFileName, flushFile, markDataDir } from '../storage/data-file.ts';
import { lockDataDir } from '../storage/data-lock.ts';
import { copyEntries } from '../storage/lmdb-store.ts';
import { withFile, withSnapshot } from './read-store.ts';

/**
 * Copies the store as it is at this moment into a new data directory, also while a server runs on it. A compact copy
 * holds the documents and nothing that was ever deleted, and takes longer. Returns the copy's size.
 */
export async function backUp(dataDir: string, outDir: string, { isCompact = false } = {}): Promise<number> {
  const copy = join(outDir, dataFileName);
  if (existsSync(copy)) throw new Error(`There is a store in ${outDir} already; nothing was changed`);
  mkdirSync(outDir, { recursive: true, mode: 0o700 });
  const partial = `${copy}.partial`;
  rmSync(partial, { force: true });
  await (isCompact ? copyCompact(dataDir, partial) : withFile(dataDir, (kv) => kv.copyTo(partial)));
  flushFile(partial);
  renameSync(partial, copy);
  markDataDir(outDir);
  return statSync(copy).size;
}

function copyCompact(dataDir: string, path: string): Promise<void> {
  return withSnapshot(dataDir, (snapshot) => copyEntries(snapshot, path));
}

export type Compacted = { readonly before: number; readonly after: number };

/** Gives the disk back what deleted documents took, and keeps no byte of them. No server may run on the directory. */
export async function compact(dataDir: string): Promise<Compacted> {
  const lock = lockDataDir(dataDir);
  try {
    checkDataFile(dataDir);
    const file = join(dataDir, dataFileName);
    const before = statSync(file).size;
    const smaller = `${file}.compact`;
    rmSync(smaller, { force: true });
    await copyCompact(dataDir, smaller);
    flushFile(smaller);
    renameSync(smaller, file);
    // What LMDB notes there of its readers and its last transaction is about the old file.
    rmSync(`${file}-lock`, { force: true });
    markDataDir(dataDir);
    return { before, after: statSync(file).size };
  } finally {
    rmSync(`${join(dataDir, dataFileName)}.compact`, { force: true });
    lock.release();
  }
}
