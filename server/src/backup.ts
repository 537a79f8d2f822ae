import { backUp } from '@whisper/embedded-mongo';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readEnv, type Env } from './platform/env.ts';
import { databaseNameOf } from './platform/mongo.ts';

const usage = `Usage: npm run backup -- DIRECTORY

Copies everything Whisper keeps into a directory that is not there yet, while the server runs or not.
`;

export type Write = (text: string) => void;

/** What of DATA_DIR is no part of a backup by being copied: the store is copied by itself, the rest is of one process. */
const notCopied = new Set(['mongo', '.restoring']);

const manifestName = 'whisper-backup.json';

/**
 * Makes a backup: the store as it is at one moment, and then the files, none of which ever changes, so that whatever the store names
 * is there unless it was deleted meanwhile. It has its name when it is whole. Resolves with the exit code.
 */
export async function backUpAll(args: readonly string[], write: Write, env = readEnv()): Promise<number> {
  const [given] = parseArgs({ args: [...args], allowPositionals: true }).positionals;
  if (given === undefined) {
    write(usage);
    return 2;
  }
  const target = resolve(given);
  if (env.MONGODB_URI !== undefined) return sayHow({ uri: env.MONGODB_URI, target, env }, write);
  if (existsSync(target)) throw new Error(`${target} is there already; nothing was changed`);
  const partial = `${target}.partial`;
  await rm(partial, { recursive: true, force: true });
  const data = join(partial, 'data');
  await mkdir(data, { recursive: true, mode: 0o700 });
  const bytes = await backUp(join(env.DATA_DIR, 'mongo'), join(data, 'mongo'), { isCompact: true });
  const files = await copyTree(env.DATA_DIR, data, notCopied);
  const manifest = { format: 1, madeAt: new Date().toISOString(), storeBytes: bytes, files };
  await writeFile(join(partial, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
  await rename(partial, target);
  write(
    `${target}: a store of ${bytes} bytes and ${files} files. npm run restore -- ${target} brings it back.\n`,
  );
  return 0;
}

/** Throws for a directory that is no backup of ours. */
export async function requireBackup(directory: string): Promise<void> {
  const text = await readFile(join(directory, manifestName), 'utf8').catch(() => '{}');
  const manifest: unknown = JSON.parse(text);
  const isOurs =
    typeof manifest === 'object' && manifest !== null && 'format' in manifest && manifest.format === 1;
  if (!isOurs) throw new Error(`${directory} is not a whole backup of this version's form`);
}

/** Copies what is in a directory and answers how many files that were. What is deleted meanwhile is left out. */
export async function copyTree(
  from: string,
  to: string,
  without: ReadonlySet<string> = new Set(),
): Promise<number> {
  let copied = 0;
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (without.has(entry.name)) continue;
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      await mkdir(copy, { recursive: true, mode: 0o700 });
      copied += await copyTree(source, copy);
    } else if (entry.isFile() && (await copyIfThere(source, copy))) copied += 1;
  }
  return copied;
}

async function copyIfThere(source: string, copy: string): Promise<boolean> {
  try {
    await copyFile(source, copy);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

type Mongo = { readonly uri: string; readonly target: string; readonly env: Env };

/** MongoDB has its own tools, which know of replica sets and of snapshots. */
function sayHow({ uri, target, env }: Mongo, write: Write): number {
  write(`The store is a MongoDB. Its own tools copy it; the files come after it:

  mongodump --uri "$MONGODB_URI" --db ${databaseNameOf(uri)} --oplog --out ${target}/mongo   (without --oplog where there is no replica set)
  cp -a ${env.DATA_DIR} ${target}/data

and back, into a database that is empty, the files first:

  cp -a ${target}/data/. ${env.DATA_DIR}
  mongorestore --uri "$MONGODB_URI" --oplogReplay ${target}/mongo
  npm run check-data
`);
  return 2;
}
