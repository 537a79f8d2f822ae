// `npm run verify:backup -- [SECONDS] [KILLS]`
import { ServerProcess } from '@whisper/server/testing/server-process';
import type { Message } from '@whisper/shared';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createHttpApi } from './actors/http-api.ts';
import { readOptions } from './options.ts';
import { describeReport, runVerify } from './run-verify.ts';

const [seconds = '20', kills = '5'] = process.argv.slice(2).filter((arg) => arg !== '--');
const options = readOptions(['--seconds', seconds, '--chaos']) ?? fail('These are options');

function fail(why: string): never {
  throw new Error(why);
}

/** Runs `npm run backup` or `npm run restore`, without npm. */
function begin(program: 'backup' | 'restore', dataDir: string, directory: string): ChildProcess {
  const file = fileURLToPath(new URL(`../../../../server/src/${program}-main.ts`, import.meta.url));
  const args = ['--conditions=source', '--import', 'tsx', file, directory];
  const env = { PATH: process.env['PATH'], DATA_DIR: dataDir };
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'pipe'] });
}

async function codeOf(child: ChildProcess): Promise<number | null> {
  child.stderr?.resume();
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** Two people of this run alone, and what was acknowledged to them. */
async function writeSome(url: string): Promise<readonly Message[]> {
  const [one, other] = ['eve', 'fay'].map((name) => createHttpApi(url, `${name} ${options.seed}`));
  if (!one || !other) return fail('They are two');
  const { id: chatId } = await one.chat.openDirect.mutate({ userId: (await other.auth.me.query()).id });
  const send = (text: string) => one.message.send.mutate({ chatId, text, clientId: randomUUID() });
  return Promise.all(Array.from({ length: 50 }, (_, index) => send(`acknowledged ${index}`)));
}

/** Kills a backup in the middle of its work; throws unless nothing takes what it left for a backup. */
async function killOne(dataDir: string, folder: string): Promise<void> {
  const target = join(folder, `killed-${randomUUID()}`);
  const child = begin('backup', dataDir, target);
  const ended = codeOf(child);
  while (!existsSync(`${target}.partial`) && child.exitCode === null) await delay(1);
  await delay(Math.random() * 100);
  child.kill('SIGKILL');
  await ended;
  if (existsSync(target)) return console.log('  a backup was whole before it was killed');
  const empty = join(folder, `empty-${randomUUID()}`);
  const code = await codeOf(begin('restore', empty, `${target}.partial`));
  if (code !== 1 || existsSync(join(empty, 'mongo'))) fail('Half a backup was restored');
}

async function requireThere(url: string, written: readonly Message[]): Promise<void> {
  const api = createHttpApi(url, `eve ${options.seed}`);
  const { messages } = await api.message.changes.query({ chatId: written[0]?.chatId ?? '', afterRev: 0 });
  const found = new Set(messages.map(({ id, seq, text }) => `${id} ${seq} ${text}`));
  const missing = written.filter(({ id, seq, text }) => !found.has(`${id} ${seq} ${text}`));
  if (missing.length > 0) fail(`${missing.length} acknowledged messages are not in the backup`);
}

async function verifyOn(url: string): Promise<boolean> {
  const report = await runVerify({ ...options, url }, console.log);
  console.log(describeReport(report));
  return report.findings.length === 0;
}

const folder = await mkdtemp(join(tmpdir(), 'whisper-backups-'));
try {
  await using source = await ServerProcess.start();
  console.log(`people talk for ${seconds} s, and ${kills} backups are killed -9, seed ${options.seed}`);
  const talking = verifyOn(source.url);
  for (let killed = 0; killed < Number(kills); killed += 1) await killOne(source.dataDir, folder);
  const written = await writeSome(source.url);
  const backup = join(folder, 'backup');
  if ((await codeOf(begin('backup', source.dataDir, backup))) !== 0) fail('There is no backup');
  const isUnharmed = await talking;
  await source.kill();

  await using restored = await ServerProcess.create();
  await rm(restored.dataDir, { recursive: true });
  if ((await codeOf(begin('restore', restored.dataDir, backup))) !== 0) fail('It is not restored');
  await restored.start();
  await requireThere(restored.url, written);
  console.log('the same people go on talking on what was restored');
  const isSame = await verifyOn(restored.url);
  console.log(isUnharmed && isSame ? 'Backup and restore: all as it must be.' : 'Something is wrong.');
  process.exitCode = isUnharmed && isSame ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
// What people held open ends with the process.
process.exit();
