import { eraseConfirmation, limits } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeClerk } from '../testing/fake-clerk.ts';
import {
  FakePushServices,
  ManualClock,
  startTestServer,
  TestClient,
  type TestServer,
} from '../testing/index.ts';
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

  it('ends with the session that it was registered in', async () => {
    await using clerk = await startFakeClerk();
    await using own = await startTestServer({ env: { ...clerk.env, ...fake.env }, isAlone: true });
    clerk.putUser({ id: 'user_ada', first_name: 'Ada', last_name: 'L', updated_at: 1_000 });
    const open = async (sid: string) => TestClient.open(own.url, await clerk.signToken('user_ada', { sid }));
    const [phone, laptop] = [await open('sess_phone'), await open('sess_laptop')];
    await phone.api.device.register.mutate(fake.deviceOf('expo'));
    const kept = await laptop.api.device.register.mutate(fake.deviceOf('web'));

    const ended = clerk.signWebhook('session.ended', { id: 'sess_phone', user_id: 'user_ada' });
    const answer = await fetch(`${own.url}/webhooks/clerk`, { method: 'POST', ...ended });
    expect(answer.status).toBe(200);

    expect((await laptop.api.device.list.query()).devices.map(({ id }) => id)).toEqual([kept.id]);
    await Promise.all([phone.close(), laptop.close()]);
  });

  it('is told of in the archive of its person, and nothing of it is left when they are erased', async () => {
    const { alice, bob, chatId, phone } = await openPair();
    await bob.api.device.setSettings.mutate({ showText: false });
    await send(alice, chatId, 'a trace');
    await pass();
    const { dataPlaces } = server.app;
    const subject = { userId: bob.me.id, clerkId: bob.me.clerkId };
    const places = dataPlaces.filter((each) => ['devices', 'pushes', 'pushsettings'].includes(each.place));
    const held = async () =>
      Promise.all(places.map((each) => ('count' in each ? each.count(subject) : Promise.resolve(0))));
    expect(await held()).toEqual([1, 1, 1]);
    const rows: unknown[] = [];
    for (const each of places) {
      if (!('exportRows' in each) || !each.exportRows) continue;
      for await (const row of each.exportRows(subject)) rows.push(row);
    }
    expect(rows).toEqual([
      { kind: 'device', device: expect.objectContaining({ id: phone.id }) },
      { kind: 'pushSettings', showText: false, mentionsPassMute: true },
    ]);

    await bob.api.me.erase.mutate({ confirm: eraseConfirmation });

    await expect.poll(held).toEqual([0, 0, 0]);
  });
});
