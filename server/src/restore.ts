import { fsck, lockDataDir, startEmbeddedMongo } from '@whisper/embedded-mongo';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { copyTree, requireBackup, type Write } from './backup.ts';
import { checkDatabase } from './check-database.ts';
import { readEnv } from './platform/env.ts';
import { connectMongo } from './platform/mongo.ts';

const usage = `Usage: npm run restore -- DIRECTORY [--replace]

Brings a backup back into DATA_DIR, where nothing may be; with --replace what is there is kept aside.
`;

const options = { replace: { type: 'boolean', default: false } } as const;

/**
 * Brings a backup back. It is checked before anything is moved, and no server may run on the directory. Resolves with the exit code.
 */
export async function restoreAll(args: readonly string[], write: Write, env = readEnv()): Promise<number> {
  const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [given] = positionals;
  if (given === undefined) {
    write(usage);
    return 2;
  }
  if (env.MONGODB_URI !== undefined)
    throw new Error('The store is a MongoDB: npm run backup says how to restore it');
  const [backup, dataDir] = [resolve(given), env.DATA_DIR];
  await requireBackup(backup);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const there = (await readdir(dataDir)).filter((name) => name !== '.restoring');
  if (there.length > 0 && !values.replace) {
    throw new Error(`There is something in ${dataDir} already; with --replace it is kept aside`);
  }
  const release = lockOf(dataDir);
  try {
    const coming = join(dataDir, '.restoring');
    await rm(coming, { recursive: true, force: true });
    await mkdir(coming, { mode: 0o700 });
    const files = await copyTree(join(backup, 'data'), coming);
    if (!(await isWhole(join(coming, 'mongo'), write))) return 1;
    await swap({ dataDir, coming, there });
    write(`${dataDir}: ${files} files are back. Start Whisper.\n`);
    return 0;
  } finally {
    release();
  }
}

/** Throws while a server runs on the directory; none starts until it is released. */
function lockOf(dataDir: string): () => void {
  const store = join(dataDir, 'mongo');
  if (!existsSync(store)) return () => undefined;
  const lock = lockDataDir(store);
  return () => lock.release();
}

async function isWhole(store: string, write: Write): Promise<boolean> {
  const problems: string[] = [];
  if (!(await fsck(store, (line) => problems.push(line)))) {
    write(`${problems.join('\n')}\n`);
    return false;
  }
  await using mongo = await startEmbeddedMongo({ dataDir: store });
  const isAsItMustBe = await checkAndSay(mongo.uri, write);
  return isAsItMustBe;
}

/** Checks what must hold of a database and says what does not. */
export async function checkAndSay(uri: string, write: Write): Promise<boolean> {
  const db = await connectMongo(uri, { isPatient: true });
  try {
    const { chats, messages, problems } = await checkDatabase(db);
    for (const problem of problems) write(`BAD ${problem}\n`);
    write(
      `${chats} chats, ${messages} messages: ${problems.length === 0 ? 'all as it must be' : 'not whole'}.\n`,
    );
    return problems.length === 0;
  } finally {
    await db.close();
  }
}

type Swap = { readonly dataDir: string; readonly coming: string; readonly there: readonly string[] };

/** What was there goes aside, and what was restored takes its place, the store last: without it no server finds half of it. */
async function swap({ dataDir, coming, there }: Swap): Promise<void> {
  if (there.length > 0) {
    const aside = join(dataDir, `.replaced-${Date.now()}`);
    await mkdir(aside, { mode: 0o700 });
    const before = there.filter((name) => !name.startsWith('.replaced-'));
    for (const name of before) await rename(join(dataDir, name), join(aside, name));
  }
  const names = (await readdir(coming)).toSorted((name) => (name === 'mongo' ? 1 : -1));
  for (const name of names) await rename(join(coming, name), join(dataDir, name));
  await rm(coming, { recursive: true });
}
