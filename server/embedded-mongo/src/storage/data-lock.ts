import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type DataLock = { release(): void };

type Owner = { pid: number; startedAt: string; token: string };

/**
 * Takes the data directory for this process alone, or throws and names the process that has it. A lock whose process
 * is gone (killed, or another process under its number since a reboot) is taken over.
 */
export function lockDataDir(dataDir: string): DataLock {
  const path = join(dataDir, 'lock');
  const mine: Owner = { pid: process.pid, startedAt: startTime(process.pid), token: randomUUID() };
  const text = JSON.stringify(mine);
  for (let attempt = 0; attempt < 10; attempt++) {
    if (tryWrite(path, text)) return { release: () => release(path, text) };
    const held = tryRead(path);
    if (held === undefined) continue;
    const owner = parseOwner(held);
    if (owner && isAlive(owner)) throw inUse(dataDir, owner);
    moveAside({ path, held, aside: `${path}.${mine.token}` });
  }
  throw new Error(`Could not lock the data directory ${dataDir}`);
}

function inUse(dataDir: string, { pid }: Owner): Error {
  return new Error(`The data directory ${dataDir} is in use by process ${pid}; one server per directory`);
}

function tryWrite(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Between reading and moving, another process may have taken the stale lock over: then its lock is put back. */
function moveAside({ path, held, aside }: { path: string; held: string; aside: string }): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  if (tryRead(aside) !== held) linkSync(aside, path);
  unlinkSync(aside);
}

function release(path: string, text: string): void {
  if (tryRead(path) === text) unlinkSync(path);
}

function parseOwner(text: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value))
      return undefined;
    const { pid, startedAt } = value;
    return typeof pid === 'number' ? { pid, startedAt: String(startedAt), token: '' } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, startedAt }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return isCode(error, 'EPERM');
  }
  const now = startTime(pid);
  return now === '' || startedAt === '' || now === startedAt;
}

/** Tells a process from a later one with the same number; empty where the system does not say. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
