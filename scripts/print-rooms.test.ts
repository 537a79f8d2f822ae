import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('no room imports upwards or in a circle, types included', async () => {
  const script = join(import.meta.dirname, 'print-rooms.mjs');

  const { stdout } = await promisify(execFile)(process.execPath, [script]);

  expect(stdout).toMatch(/server\/src {2}\(\d{3} files\)/);
  expect(stdout.match(/upward: none/g)).toHaveLength(3);
  expect(stdout.match(/circles: none/g)).toHaveLength(3);
});
