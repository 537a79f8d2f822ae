import { expect, it } from 'vitest';
import { runFuzz } from './run-fuzz.ts';

it('hostile values on every wire stop nothing, learn nothing and lose nothing', {
  timeout: 120_000,
}, async () => {
  const { findings, said, counts } = await runFuzz({ seconds: 6, seed: 10, isTimed: false });

  expect(findings).toEqual([]);
  expect(said).toBeGreaterThan(0);
  for (const wire of ['HTTP', 'WebSocket', 'bytes', 'REST and Socket.IO'])
    expect(counts.get(`sent over ${wire}`), wire).toBeGreaterThan(0);
});
