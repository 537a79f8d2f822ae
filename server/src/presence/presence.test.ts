import { limits, type PresenceEvent, type UserId, type WatchPresenceInput } from '@whisper/shared';
import { describe, expect, it } from 'vitest';
import { collect, ManualClock, startTestServer, type TestClient, type TestServer } from '../testing/index.ts';

const watch = (person: TestClient, input?: WatchPresenceInput) =>
  collect<PresenceEvent>((on) => person.api.presence.onChange.subscribe(input, on));

const goOnline = (person: TestClient) => person.socketApi.auth.me.query();

const typesOf = (events: readonly PresenceEvent[]) =>
  events.map((event) => ('userId' in event ? [event.type, event.userId] : [event.type]));

/** People of whom the first shares a chat with each other one. */
async function signInFriends(server: TestServer, names: readonly string[]): Promise<TestClient[]> {
  const people = await Promise.all(names.map((name) => server.signIn(name)));
  const [first, ...friends] = people;
  for (const { me } of friends) await first?.api.chat.openDirect.mutate({ userId: me.id });
  return people;
}

describe('presence', () => {
  it('tells of those one shares a chat with and of those one asks for, and of nobody else', async () => {
    await using server = await startTestServer();
    const [alice, bob, carol, dave] = (await signInFriends(server, ['alice', 'bob'])).concat(
      await server.signIn('carol'),
      await server.signIn('dave'),
    ) as [TestClient, TestClient, TestClient, TestClient];
    const [plain, asking] = [watch(alice), watch(alice, { userIds: [carol.me.id] })];
    for (const events of [plain, asking]) await events.until((items) => items.length === 1);

    for (const person of [dave, carol, bob]) {
      await goOnline(person);
      await expect.poll(() => isOnline(alice, person.me.id)).toBe(true);
    }

    const list = ['list'];
    expect(typesOf(await plain.until((items) => items.length === 2))).toEqual([list, ['online', bob.me.id]]);
    expect(typesOf(await asking.until((items) => items.length === 3))).toEqual([
      list,
      ['online', carol.me.id],
      ['online', bob.me.id],
    ]);
    const { userIds } = await alice.api.presence.list.query();
    expect(userIds.sort()).toEqual([alice.me.id, bob.me.id].sort());
  });

  it('tells of somebody from the moment on that they share a chat', async () => {
    await using server = await startTestServer();
    const [alice, bob] = [await server.signIn('alice'), await server.signIn('bob')];
    const events = watch(alice);
    await events.until((items) => items.length === 1);
    await goOnline(bob);

    await bob.api.chat.openDirect.mutate({ userId: alice.me.id });

    const [, event] = await events.until((items) => items.length === 2);
    expect(event).toEqual({ type: 'online', userId: bob.me.id });
  });

  it('counts two devices as one person, and says when they were last there', async () => {
    const clock = new ManualClock();
    await using server = await startTestServer({ clock });
    const [alice, laptop] = (await signInFriends(server, ['alice', 'bob'])) as [TestClient, TestClient];
    const phone = await server.signIn('bob');
    const events = watch(alice);
    await events.until((items) => items.length === 1);
    await Promise.all([goOnline(laptop), goOnline(phone)]);
    await events.until((items) => items.length === 2);

    await laptop.close();
    await expect.poll(() => server.connections).toBe(2);
    clock.advance(limits.offlineGraceMs);
    await phone.close();
    await expect.poll(() => server.connections).toBe(1);
    clock.advance(limits.offlineGraceMs);

    const seen = await events.until((items) => items.at(-1)?.type === 'offline');
    const lastSeenAt = new Date(clock.now());
    expect(seen.slice(1)).toEqual([
      { type: 'online', userId: laptop.me.id },
      { type: 'offline', userId: laptop.me.id, lastSeenAt },
    ]);
    clock.advance(1_000);
    await expect
      .poll(async () => (await alice.api.presence.list.query()).lastSeen)
      .toEqual([{ userId: laptop.me.id, at: lastSeenAt }]);
  });

  it('says nothing of someone who comes back within 5 s', async () => {
    const clock = new ManualClock();
    await using server = await startTestServer({ clock });
    const [alice, bob, carol] = (await signInFriends(server, ['alice', 'bob', 'carol'])) as [
      TestClient,
      TestClient,
      TestClient,
    ];
    await Promise.all([goOnline(alice), goOnline(bob)]);
    const events = watch(alice);
    await events.until((items) => items.length === 1);

    await bob.close();
    await expect.poll(() => server.connections).toBe(1);
    clock.advance(limits.offlineGraceMs - 1);
    await goOnline(await server.signIn('bob'));
    clock.advance(limits.offlineGraceMs);
    await goOnline(carol);

    const seen = await events.until((items) => items.length === 2);
    expect(seen.map((event) => event.type)).toEqual(['list', 'online']);
  });

  it('shows nobody who hides, and shows them again when they do not', async () => {
    await using server = await startTestServer();
    const [alice, bob] = (await signInFriends(server, ['alice', 'bob'])) as [TestClient, TestClient];
    await goOnline(bob);
    const events = watch(alice);
    await events.until((items) => items.length === 1);

    await bob.api.presence.hide.mutate({ hidden: true });
    await goOnline(await server.signIn('bob'));
    await events.until((items) => items.at(-1)?.type === 'offline');
    expect(await isOnline(alice, bob.me.id)).toBe(false);
    expect(await bob.api.presence.list.query()).toMatchObject({ isHidden: true });
    await bob.api.presence.hide.mutate({ hidden: false });

    await events.until((items) => items.at(-1)?.type === 'online');
    expect((await alice.api.presence.list.query()).lastSeen).toEqual([]);
  });
});

async function isOnline(asker: TestClient, userId: UserId): Promise<boolean> {
  return (await asker.api.presence.list.query({ userIds: [userId] })).userIds.includes(userId);
}
