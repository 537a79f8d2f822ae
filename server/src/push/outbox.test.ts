import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakePushServices, ManualClock, ServerProcess, startTestServer } from '../testing/index.ts';
import { pushHelpers } from '../testing/push-helpers.ts';
import { TestClient } from '../testing/test-client.ts';

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

  it('goes on with a push that did not get through after kill -9', async () => {
    await using server = await ServerProcess.create(fake.env);
    await server.start();
    const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => signIn(server.url, name)));
    if (!alice || !bob) throw new Error('Somebody is missing');
    const { id: chatId } = await alice.api.chat.openDirect.mutate({ userId: bob.me.id });
    const device = fake.deviceOf('expo');
    await bob.api.device.register.mutate(device);
    const tries = fake.tries;
    fake.forever = { status: 503 };
    await alice.api.message.send.mutate({ chatId, text: 'still there', clientId: randomUUID() });
    await expect.poll(() => fake.tries).toBeGreaterThan(tries);
    await Promise.all([alice.close(), bob.close(), server.kill()]);

    fake.forever = undefined;
    await server.start();

    const told = () => fake.received.filter(({ to }) => 'token' in device && to === device.token);
    await expect.poll(told).toMatchObject([{ body: 'still there', chatId }]);
  });
});

async function signIn(url: string, user: string): Promise<TestClient> {
  const response = await fetch(`${url}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  const { token } = (await response.json()) as { token: string };
  return TestClient.open(url, token);
}
