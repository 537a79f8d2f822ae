import { startTestServer } from '@whisper/server/testing';
import { plantInFeeds } from '@whisper/server/testing/planted-faults/in-feeds';
import { expect, it } from 'vitest';
import { talkAndAudit } from './talk-and-audit.ts';

// Every kind of fault has its turn in planted-faults.long.test.ts.
it('finds nothing wrong with the server as it is, and an event in 20 that never leaves', {
  timeout: 180_000,
}, async () => {
  await using server = await startTestServer();
  expect(await talkAndAudit(server)).toContain('Everything agrees.');

  using _ = plantInFeeds({ of: 'events', every: 20, leaves: 0 });
  expect(await talkAndAudit(server)).toMatch(/[1-9]\d* lost/);
});
