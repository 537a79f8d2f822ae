import { compact, type Compacted } from '@whisper/embedded-mongo';
import { existsSync, rmSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Env } from './env.ts';

type Place = Pick<Env, 'DATA_DIR' | 'MONGODB_URI'>;

/** A start does no more than that: some twenty seconds. */
const bytesMaxAtStart = 1_000_000_000;

/** In the embedded store's directory from when somebody is erased until its file is written anew. */
const markName = 'COMPACT';
const markText = 'The next start writes the data file anew, without what was deleted from it.\n';

/** Says that unused places of the embedded store's file may hold what shall be nowhere. Does nothing for a MongoDB. */
export async function wantCompaction(env: Place): Promise<void> {
  if (isEmbedded(env)) await writeFile(markOf(env), markText, { flush: true });
}

export function isCompactionWanted(env: Place): boolean {
  return isEmbedded(env) && existsSync(markOf(env));
}

/** Writes the embedded store's file anew when that is wanted, and does not take long. No server may run on it. */
export async function compactAtStart(env: Place): Promise<void> {
  if (!isCompactionWanted(env)) return;
  if (statSync(join(storeOf(env), 'store.mdb')).size <= bytesMaxAtStart) await compactStore(env);
}

/** The same, however long it takes; answers the sizes of the file. */
export async function compactStore(env: Place): Promise<Compacted> {
  const sizes = await compact(storeOf(env));
  rmSync(markOf(env), { force: true });
  return sizes;
}

export function isEmbedded(env: Place): boolean {
  return env.MONGODB_URI === undefined && existsSync(storeOf(env));
}

function storeOf({ DATA_DIR }: Place): string {
  return join(DATA_DIR, 'mongo');
}

function markOf(env: Place): string {
  return join(storeOf(env), markName);
}
