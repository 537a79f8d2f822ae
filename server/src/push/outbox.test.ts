import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakePushServices, ManualClock, startTestServer } from '../testing/index.ts';
import { pushHelpers } from '../testing/push-helpers.ts';

let fake: FakePushServices;
beforeAll(async () => {
  fake = await FakePushServices.start();
});
afterAll(() => fake[Symbol.asyncDispose]());

describe('the outbox', () => {
  it('loses and doubles nothing when a process dies between storing a message and saying so', async () => {
    const clock = new ManualClock();
    const start = (mongoUri?: string) =>
      startTestServer({
        clock,
        env: fake.env,
        isAlone: true,
        ...(mongoUri && { sameDatabaseAs: { mongoUri } }),
      });
    const dying = await start();
    const { pass, send, openPair, bodiesTo } = pushHelpers(() => ({ fake, server: dying, clock }));
    const { alice, chatId, phone } = await openPair();
    await send(alice, chatId, 'before');
    await pass();
    Object.assign(dying.app.lastMessages, { record: () => undefined });
    await send(alice, chatId, 'stored, and nothing else');
    await dying[Symbol.asyncDispose]();
    expect(bodiesTo(phone.address)).toEqual(['before']);

    for (let life = 0; life < 2; life += 1) {
      await using next = await start(dying.mongoUri);
      await pass(5_000, next);
      await pass(5_000, next);
      expect(bodiesTo(phone.address)).toEqual(['before', 'stored, and nothing else']);
    }
  });
});
