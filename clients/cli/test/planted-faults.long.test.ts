import { startTestServer } from '@whisper/server/testing';
import { plantInFeeds } from '@whisper/server/testing/planted-faults/in-feeds';
import { moveMarksBack } from '@whisper/server/testing/planted-faults/move-marks-back';
import { serveEverybody } from '@whisper/server/testing/planted-faults/serve-everybody';
import { expect, it } from 'vitest';
import { talkAndAudit } from './talk-and-audit.ts';
import { plantedFault, verify } from './verify-process.ts';

// Seed 14700 has each kind of fault among its first six, and one kill.
it.concurrent('says what it is at, and finds nothing wrong with the server as it is', {
  timeout: 180_000,
}, async () => {
  const { code, output } = await verify('--seconds', '100', '--faults', '6', '--seed', '14700');

  expect(output).toMatch(
    /^whisper verify, seed \d+\n +0 s {2}starting a server[^]* \d+ messages given to clients, \d+ faults made/,
  );
  expect(output).toMatch(/6 faults: 1 kill -9 .*, [1-9] clients .*, [1-9] connections .*, [1-9] readers/);
  expect(output).toContain(
    '0 lost, 0 duplicated, 0 reordered, 0 unstored, 0 stored twice, 0 hole, 0 stale, ' +
      '0 served after removal, 0 mark gone back, 0 unsettled',
  );
  expect(code).toBe(0);
});

// Seed 1678 cuts three connections, which gives people time to talk, and then kills the server.
it.concurrent('reports as unstored messages acknowledged before they are written', {
  timeout: 180_000,
}, async () => {
  const run = ['--seconds', '100', '--faults', '4', '--seed', '1678', '--settle', '5'];
  const { code, output } = await verify(...run, '--preload', plantedFault('acknowledge-early'));

  expect(output).toMatch(/[1-9]\d* unstored/);
  expect(code).toBe(1);
});

it('finds nothing wrong with a talk on the server as it is', { timeout: 180_000 }, async () => {
  await using server = await startTestServer();

  expect(await talkAndAudit(server)).toContain('Everything agrees.');
});

it.each([
  ['lost', 'an event in 20 that never leaves', () => plantInFeeds({ of: 'events', every: 20, leaves: 0 })],
  [
    'duplicated',
    'an event in 20 that leaves twice',
    () => plantInFeeds({ of: 'events', every: 20, leaves: 2 }),
  ],
  ['stale', 'a change in 2 that never leaves', () => plantInFeeds({ of: 'changes', every: 2, leaves: 0 })],
  ['served after removal', 'what is written in a group when somebody was put out', serveEverybody],
  ['mark gone back', 'a read mark that goes back', moveMarksBack],
] as const)('reports as %s %s', { timeout: 180_000 }, async (kind, _what, plant) => {
  await using server = await startTestServer();
  using _ = plant();

  expect(await talkAndAudit(server)).toMatch(new RegExp(`[1-9]\\d* ${kind}`));
});
