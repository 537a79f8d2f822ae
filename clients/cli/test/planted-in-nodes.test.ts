import { hasRedis } from '@whisper/server/testing/with-redis';
import { describe, expect, it } from 'vitest';
import { plantedFault, verify } from './verify-process.ts';

const run = ['--nodes', '2', '--faults', '0', '--seconds', '3', '--seed', '7'];

/** Each starts two servers and two dozen clients: they are run where the suite is run on two nodes. */
const isOnNodes = hasRedis && Number(process.env['TEST_NODES'] ?? 1) > 1;

describe.runIf(isOnNodes)('on two nodes, verify', () => {
  it.concurrent.each([
    ['what one node publishes and no other hears of', ['publish-nowhere']],
    [
      'a node killed between storing a message and saying that the chat has changed',
      ['die-at-last-words', 'expect-nothing'],
    ],
  ])('reports as lost %s', { timeout: 180_000 }, async (_what, faults) => {
    const preloads = faults.flatMap((name) => ['--preload', plantedFault(name)]);
    const { code, output } = await verify(...run, '--settle', '12', ...preloads);

    expect(output).toMatch(/[1-9]\d* lost/);
    expect(code).toBe(1);
  });

  it.concurrent('finds nothing when a node is killed at the same moment and the chat was marked before', {
    timeout: 180_000,
  }, async () => {
    const { code, output } = await verify(...run, '--preload', plantedFault('die-at-last-words'));

    expect(output).toContain('Everything agrees.');
    expect(code).toBe(0);
  });
});
