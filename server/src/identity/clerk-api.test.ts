import { expect, it } from 'vitest';
import { readEnv } from '../platform/env.ts';
import { createLogger } from '../platform/logger.ts';
import { startFakeClerk } from '../testing/fake-clerk.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { ClerkApi } from './clerk-api.ts';

it('is tried by one caller alone after Clerk failed, however many come together', async () => {
  await using clerk = await startFakeClerk();
  clerk.putUser({ id: 'user_ada' });
  const clock = new ManualClock();
  const env = readEnv({ ...clerk.env, NODE_ENV: 'test' });
  const api = new ClerkApi({ env, clock, log: createLogger('silent') });
  const askTogether = async () => {
    const before = clerk.requests.length;
    const asked = Array.from({ length: 20 }, () => api.user('user_ada', () => 'Ada'));
    const answers = await Promise.allSettled(asked);
    return [answers.filter(({ status }) => status === 'fulfilled').length, clerk.requests.length - before];
  };
  clerk.failWith = 503;
  await askTogether();
  clock.advance(1_000);
  expect(await askTogether()).toEqual([0, 1]);

  clerk.failWith = null;
  clock.advance(2_000);
  expect(await askTogether()).toEqual([1, 1]);
  expect(await askTogether()).toEqual([20, 20]);
});
