import { randomUUID } from 'node:crypto';
import { expect, inject, it } from 'vitest';
import { toWatchedUri, withstand } from './withstand.ts';
import { startTestServer } from '../../src/testing/index.ts';

/** `pnpm fuzz` throws many more at a server of its own. */
const count = 400;

it(`${count} hostile payloads over every old wire crash nothing, reach nothing and learn nothing`, async () => {
  const uri = toWatchedUri(inject('mongoUri'), `test-${randomUUID()}`);
  await using server = await startTestServer({ env: { MONGODB_URI: uri } });
  const { sent } = await withstand({
    server: server.server,
    tokenFor: (name) => server.tokenFor(name),
    count,
    seed: 20,
  });
  expect(Object.values(sent).reduce((sum, each) => sum + each)).toBe(count);
});
