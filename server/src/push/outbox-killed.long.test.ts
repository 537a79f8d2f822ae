import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { FakePushServices, ServerProcess } from '../testing/index.ts';
import { TestClient } from '../testing/test-client.ts';

it('the outbox goes on with a push that did not get through after kill -9', async () => {
  await using fake = await FakePushServices.start();
  await using server = await ServerProcess.create(fake.env);
  await server.start();
  const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => signIn(server, name)));
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

const signIn = async (server: ServerProcess, name: string) =>
  TestClient.open(server.url, await server.tokenFor(name));
