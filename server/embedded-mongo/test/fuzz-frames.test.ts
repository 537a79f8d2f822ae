import { expect, test } from 'vitest';
import { fuzz } from './fuzz-frames.ts';

test('outlives mutated frames and random bytes', async () => {
  const report = await fuzz({ frames: 1_000, seed: 1 });

  expect(report.isAlive).toBe(true);
  expect(report.problems).toEqual([]);
  expect(report.replies).toBeGreaterThan(0);
  expect(report.closed).toBeGreaterThan(0);
});
