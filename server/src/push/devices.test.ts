import { limits } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakePushServices, ManualClock, startTestServer, type TestServer } from '../testing/index.ts';
import { pushHelpers } from '../testing/push-helpers.ts';

let fake: FakePushServices;
let server: TestServer;
const clock = new ManualClock();
beforeAll(async () => {
  fake = await FakePushServices.start();
  server = await startTestServer({ clock, env: fake.env, isAlone: true });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await fake[Symbol.asyncDispose]();
});

const { pass, send, register, openPair, pushesTo } = pushHelpers(() => ({ fake, server, clock }));

describe('a device', () => {
  it('is one however often it registers, and belongs to who registered it last', async () => {
    const { alice, bob, chatId } = await openPair();
    const input = fake.deviceOf('web');
    const first = await bob.api.device.register.mutate({ ...input, label: 'Laptop' });
    clock.advance(1_000);
    const again = await bob.api.device.register.mutate({ ...input, label: 'Laptop', platform: 'linux' });
    expect(again).toMatchObject({
      id: first.id,
      label: 'Laptop',
      platform: 'linux',
      createdAt: first.createdAt,
    });
    expect(again.lastSeenAt.getTime()).toBe(first.lastSeenAt.getTime() + 1_000);

    await send(alice, chatId, 'for bob');
    const carol = await server.signIn(`carol ${randomUUID().slice(0, 8)}`);
    expect(await carol.api.device.register.mutate(input)).toMatchObject({ id: first.id });
    await pass();

    expect((await bob.api.device.list.query()).devices.map(({ kind }) => kind)).toEqual(['expo']);
    expect(pushesTo(input.kind === 'web' ? input.endpoint : '')).toEqual([]);
  });

  it('is removed by its person alone, and receives nothing any more', async () => {
    const { alice, bob, chatId, phone } = await openPair();
    await alice.api.device.remove.mutate({ deviceId: phone.id });
    expect((await bob.api.device.list.query()).devices).toHaveLength(1);
    await send(alice, chatId, 'too late');

    await bob.api.device.remove.mutate({ deviceId: phone.id });
    await bob.api.device.remove.mutate({ deviceId: phone.id });
    await pass();

    expect(pushesTo(phone.address)).toEqual([]);
  });

  it('takes the place of the one that was heard of longest ago when there are too many', async () => {
    const { bob, phone } = await openPair();
    for (let count = 0; count < limits.devicesMax; count += 1) {
      clock.advance(1_000);
      await register(bob);
    }

    const { devices } = await bob.api.device.list.query();

    expect(devices).toHaveLength(limits.devicesMax);
    expect(devices.map(({ id }) => id)).not.toContain(phone.id);
  });

  it('of a browser cannot be one that leads into the server’s own network', async () => {
    await using open = await startTestServer({ env: { PUSH: 'on' }, isAlone: true });
    const bob = await open.signIn('bob');
    const { kind, keys } = fake.subscribe();
    for (const endpoint of ['https://127.0.0.1/x', 'http://push.example/x', 'https://[::1]/x']) {
      await expect(bob.api.device.register.mutate({ kind, keys, endpoint })).rejects.toMatchObject({
        data: { code: 'BAD_REQUEST' },
      });
    }
  });

  it('of a kind that this server does not reach is refused', async () => {
    await using off = await startTestServer({ isAlone: true });
    const bob = await off.signIn('bob');
    expect(await bob.api.device.settings.query()).toMatchObject({ kinds: [], webPublicKey: null });
    await expect(bob.api.device.register.mutate(fake.deviceOf('expo'))).rejects.toMatchObject({
      data: { code: 'BAD_REQUEST' },
    });
  });
});
