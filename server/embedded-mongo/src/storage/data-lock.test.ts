import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempDir } from '../../test/test-server.ts';
import { lockDataDir } from './data-lock.ts';

function writeOwner(dataDir: string, pid: number): void {
  writeFileSync(join(dataDir, 'lock'), JSON.stringify({ pid, startedAt: '', token: '' }));
}

test('waits for an owner that is just ending', () => {
  using dir = makeTempDir();
  // The process ends while this one is blocked, and so is not reaped before the lock is taken.
  const ending = spawn(process.execPath, ['-e', '']);
  writeOwner(dir.path, ending.pid ?? 0);

  lockDataDir(dir.path).release();
});

test('names the owner that stays', () => {
  using dir = makeTempDir();
  writeOwner(dir.path, process.ppid);

  expect(() => lockDataDir(dir.path)).toThrow(`in use by process ${process.ppid}`);
});

test('takes a directory from an owner that is gone, and gives it back', () => {
  using dir = makeTempDir();
  writeOwner(dir.path, 2 ** 22 + 1);
  const lock = lockDataDir(dir.path);
  expect(() => lockDataDir(dir.path)).toThrow(`in use by process ${process.pid}`);

  lock.release();

  lockDataDir(dir.path).release();
});
