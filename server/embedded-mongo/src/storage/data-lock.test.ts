import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempDir } from '../../test/test-server.ts';
import { lockDataDir } from './data-lock.ts';

function writeOwner(dataDir: string, pid: number): void {
  writeFileSync(join(dataDir, 'lock'), JSON.stringify({ pid, startedAt: '', token: '' }));
}

test.skipIf(process.platform === 'win32')('waits for an owner that is just ending', () => {
  using dir = makeTempDir();
  // The process ends while this one is blocked, and so is not reaped before the lock is taken.
  const ending = spawn('sleep', ['0.2']);
  writeOwner(dir.path, ending.pid ?? 0);

  lockDataDir(dir.path).release();
});

test('takes a directory from an owner that is gone, and gives it back', () => {
  using dir = makeTempDir();
  writeOwner(dir.path, 2 ** 22 + 1);
  const lock = lockDataDir(dir.path);
  expect(() => lockDataDir(dir.path)).toThrow(`in use by process ${process.pid}`);

  lock.release();

  lockDataDir(dir.path).release();
});
