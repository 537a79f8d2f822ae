import { limits, type PresenceEvent } from '@whisper/shared';
import { describe, expect, it } from 'vitest';
import { collect, ManualClock, startTestServer, type TestClient } from '../testing/index.ts';

const watch = (person: TestClient) =>
  collect<PresenceEvent>((on) => person.api.presence.onChange.subscribe(undefined, on));

const goOnline = (person: TestClient) => person.socketApi.auth.me.query();

describe('presence', () => {
  it('lists everyone with an open socket, and tells of those who come', async () => {
    await using server = await startTestServer();
    const [alice, bob] = [await server.signIn('alice'), await server.signIn('bob')];
    const events = watch(alice);
    await events.until((items) => items.length === 1);

    await goOnline(bob);

    expect(await events.until((items) => items.length === 2)).toEqual([
      { type: 'list', userIds: [alice.me.id] },
      { type: 'online', userId: bob.me.id },
    ]);
    expect(await alice.api.presence.list.query()).toEqual({ userIds: [alice.me.id, bob.me.id] });
  });

  it('counts two devices as one person', async () => {
    const clock = new ManualClock();
    await using server = await startTestServer({ clock });
    const [alice, laptop, phone] = [
      await server.signIn('alice'),
      await server.signIn('bob'),
      await server.signIn('bob'),
    ];
    const events = watch(alice);
    await events.until((items) => items.length === 1);
    await Promise.all([goOnline(laptop), goOnline(phone)]);
    await events.until((items) => items.length === 2);

    await laptop.close();
    await expect.poll(() => server.app.connections.size).toBe(2);
    clock.advance(limits.offlineGraceMs);
    await phone.close();
    await expect.poll(() => server.app.connections.size).toBe(1);
    clock.advance(limits.offlineGraceMs);

    const seen = await events.until((items) => items.at(-1)?.type === 'offline');
    expect(seen.slice(1)).toEqual([
      { type: 'online', userId: laptop.me.id },
      { type: 'offline', userId: laptop.me.id },
    ]);
  });

  it('says nothing of someone who comes back within 5 s', async () => {
    const clock = new ManualClock();
    await using server = await startTestServer({ clock });
    const [alice, bob] = [await server.signIn('alice'), await server.signIn('bob')];
    await Promise.all([goOnline(alice), goOnline(bob)]);
    const events = watch(alice);
    await events.until((items) => items.length === 1);

    await bob.close();
    await expect.poll(() => server.app.connections.size).toBe(1);
    clock.advance(limits.offlineGraceMs - 1);
    await goOnline(await server.signIn('bob'));
    clock.advance(limits.offlineGraceMs);
    await goOnline(await server.signIn('carol'));

    const seen = await events.until((items) => items.length === 2);
    expect(seen.map((event) => event.type)).toEqual(['list', 'online']);
    expect(await alice.api.presence.list.query()).toMatchObject({ userIds: { length: 3 } });
  });
});
