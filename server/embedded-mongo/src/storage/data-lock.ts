import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type DataLock = { release(): void };

type Owner = { pid: number; startedAt: string; token: string };

/** How long an owner may take to end, when its directory is wanted just after it was told to. */
const endingMsMax = 5_000;
const pollMs = 20;

/**
 * Takes the data directory for this process alone, or throws and names the process that has it. A lock whose process
 * is gone (killed, also when nobody has collected its exit status yet, or another process under its number since a
 * reboot) is taken over. An owner that may be just ending is waited for: this blocks the process for up to five seconds.
 */
export function lockDataDir(dataDir: string): DataLock {
  const path = join(dataDir, 'lock');
  const mine: Owner = { pid: process.pid, startedAt: startTime(process.pid), token: randomUUID() };
  const text = JSON.stringify(mine);
  const giveUpAt = performance.now() + endingMsMax;
  for (;;) {
    if (tryWrite(path, text)) return { release: () => release(path, text) };
    const held = tryRead(path);
    if (held === undefined) continue;
    const owner = parseOwner(held);
    if (!owner || !isAlive(owner)) moveAside({ path, held, aside: `${path}.${mine.token}` });
    // An owner in this very process cannot end while this blocks it.
    else if (owner.pid === process.pid || performance.now() > giveUpAt) throw inUse(dataDir, owner);
    else sleep(pollMs);
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
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
  if (hasEnded(pid)) return false;
  const now = startTime(pid);
  return now === '' || startedAt === '' || now === startedAt;
}

/**
 * Whether a process that still takes signals is only waiting for its parent to collect its exit status. While other
 * threads of it are still ending, they may be writing, so it counts as alive.
 */
function hasEnded(pid: number): boolean {
  const stat = readStat(pid);
  const state = stat?.[0] ?? spawnSync('ps', ['-o', 'state=', '-p', String(pid)]).stdout?.toString() ?? '';
  return /^[ZX]/.test(state) && Number(stat?.[17] ?? 1) <= 1;
}

/** Tells a process from a later one with the same number; empty where the system does not say. */
function startTime(pid: number): string {
  return readStat(pid)?.[19] ?? '';
}

/** What Linux says of a process, from its state on. */
function readStat(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
