import { Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  FakePushServices,
  ManualClock,
  openGroup,
  startTestServer,
  type TestClient,
  type TestServer,
} from '../testing/index.ts';
import { decide } from './decide.ts';
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

const lookMs = 5_000;
const emptyRow = { id: new Types.ObjectId(), by: '', afterSeq: 0, attempts: 0, waits: 0 };

const { pass, send, register, openPair, pushesTo, bodiesTo } = pushHelpers(() => ({ fake, server, clock }));

describe('a message', () => {
  it('is one push per device, with its chat, place, words and the exact badge', async () => {
    const { alice, bob, chatId, phone } = await openPair();
    const [browser, tablet] = [await register(bob, 'web'), await register(bob, 'fcm')];
    const sender = await register(alice);
    const carol = await server.signIn('carol');
    const other = await carol.api.chat.openDirect.mutate({ userId: bob.me.id });
    const muted = await openGroup(server, 'dave');
    await muted.people[0]?.api.chat.addMembers.mutate({ chatId: muted.chat.id, userIds: [bob.me.id] });
    await bob.api.chat.setMine.mutate({ chatId: muted.chat.id, mutedUntil: new Date(clock.now() + 9e6) });
    if (muted.people[0]) await send(muted.people[0], muted.chat.id, 'not counted');
    for (const text of ['one', 'two']) await send(carol, other.id, text);
    await pass();

    const { seq } = await send(alice, chatId, 'Hello 👋');
    await pass();

    const told = pushesTo(phone.address, browser.address, tablet.address).filter(
      (push) => push.chatId === chatId,
    );
    expect(told.map(({ kind }) => kind).toSorted()).toEqual(['expo', 'fcm', 'web']);
    for (const push of told) {
      expect(push).toMatchObject({ seq, badge: 3, title: alice.me.name, body: 'Hello 👋', collapse: chatId });
    }
    const counted = (await bob.api.chat.list.query({})).chats.filter(({ id }) => id !== muted.chat.id);
    expect(counted.reduce((sum, { unread }) => sum + unread, 0)).toBe(3);
    expect(pushesTo(sender.address)).toEqual([]);
  });

  it('is not pushed once it was read', async () => {
    const { alice, bob, chatId, phone } = await openPair();
    const { seq } = await send(alice, chatId, 'soon read');
    await bob.api.chat.markRead.mutate({ chatId, seq });

    await pass();

    expect(pushesTo(phone.address)).toEqual([]);
  });

  it('is not pushed when it was deleted, or the person is not in the group any more', async () => {
    const { people, chat } = await openGroup(server, 'erin', 'frank', 'greta');
    const [erin, frank, greta] = people as [TestClient, TestClient, TestClient];
    const [franks, gretas] = [await register(frank), await register(greta)];
    const { id } = await send(erin, chat.id, 'a secret');
    await erin.api.message.delete.mutate({ messageId: id, for: 'everyone' });
    await pass();
    await send(erin, chat.id, 'for those who stay');
    await erin.api.chat.removeMember.mutate({ chatId: chat.id, userId: greta.me.id });

    await pass();

    expect(bodiesTo(franks.address)).toEqual(['for those who stay']);
    expect(pushesTo(gretas.address)).toEqual([]);
  });

  it('is not pushed from somebody of whom the person is not to hear', async () => {
    const { alice, bob, chatId, phone } = await openPair();
    const { seq } = await send(alice, chatId, 'heard by others');
    await server.app.lastMessages.settled();
    const row = { ...emptyRow, deviceId: phone.id, chatId, userId: bob.me.id, seq };
    const findSilenced = () => Promise.resolve([alice.me.id]);

    expect(await decide({ ...server.app, findSilenced }, row)).toEqual({ type: 'skip', why: 'read' });
    expect(await decide(server.app, row)).toMatchObject({ type: 'push' });
  });

  it('says in a group who wrote, and in which', async () => {
    const { people, chat } = await openGroup(server, 'hanna', 'ivan');
    const [hanna, ivan] = people as [TestClient, TestClient];
    const phone = await register(ivan);

    await send(hanna, chat.id, 'dig here');
    await pass();

    expect(pushesTo(phone.address)).toMatchObject([{ title: 'hanna in Garden', body: 'dig here' }]);
  });

  it('that is one of many in a moment is pushed with them, as the newest', async () => {
    const { alice, chatId, phone } = await openPair();
    for (let count = 1; count <= 20; count += 1) await send(alice, chatId, `no. ${count}`);

    await pass();
    await pass();

    expect(bodiesTo(phone.address)).toEqual(['no. 20']);
    expect(pushesTo(phone.address)[0]).toMatchObject({ seq: 20, badge: 20 });
  });

  it('costs its sender one write for everybody in a group, whatever devices there are', async () => {
    const { people, chat } = await openGroup(server, 'lena', 'mark', 'nora', 'otto');
    const [lena, ...members] = people as [TestClient, ...TestClient[]];
    const devices = await Promise.all(members.map((member) => register(member)));
    const rows = server.app.db.collection('pushes');
    const before = await rows.countDocuments();
    const { tries } = fake;

    await send(lena, chat.id, 'all of you');
    await server.app.lastMessages.settled();
    expect(await rows.countDocuments()).toBe(before);
    await pass();

    expect(pushesTo(...devices.map(({ address }) => address))).toHaveLength(devices.length);
    // Of Expo's devices, in one request.
    expect(fake.tries - tries).toBe(1);
  });
});

describe('a muted chat', () => {
  it('is silent but for those who are named, who may not want that either', async () => {
    const { people, chat } = await openGroup(server, 'jack', 'kate');
    const [jack, kate] = people as [TestClient, TestClient];
    const phone = await register(kate);
    await kate.api.chat.setMine.mutate({ chatId: chat.id, mutedUntil: new Date(clock.now() + 9e9) });

    await send(jack, chat.id, 'nothing for kate');
    await pass();
    await send(jack, chat.id, { text: '@kate look', mentions: [kate.me.id] });
    await send(jack, chat.id, 'and more');
    await pass();
    expect(bodiesTo(phone.address)).toEqual(['@kate look']);
    await send(jack, chat.id, 'still nothing');
    await pass();
    await kate.api.device.setSettings.mutate({ mentionsPassMute: false });
    await send(jack, chat.id, { text: '@kate again', mentions: [kate.me.id] });
    await pass();

    expect(bodiesTo(phone.address)).toEqual(['@kate look']);
  });
});

describe('text in pushes', () => {
  it('is left out for a person who does not want it', async () => {
    const { alice, bob, chatId, phone } = await openPair();
    await bob.api.device.setSettings.mutate({ showText: false });

    const { seq } = await send(alice, chatId, 'a secret');
    await pass();

    expect(pushesTo(phone.address)).toEqual([
      expect.objectContaining({ seq, title: 'Whisper', body: 'New message' }),
    ]);
  });

  it('is left out for everybody where the server says so', async () => {
    await using silent = await startTestServer({
      clock,
      env: { ...fake.env, PUSH_TEXT: 'off' },
      isAlone: true,
    });
    const { alice, bob, chatId, phone } = await openPair(silent);
    expect(await bob.api.device.settings.query()).toMatchObject({ isTextAllowed: false, showText: true });

    await send(alice, chatId, 'a secret');
    await pass(lookMs, silent);

    expect(bodiesTo(phone.address)).toEqual(['New message']);
  });
});

describe('a person who looks at a device', () => {
  it('is not told by the others, until they look away and have not read', async () => {
    const { alice, bob, chatId, phone } = await openPair();
    await bob.socketApi.device.setForeground.mutate({ foreground: true });

    await send(alice, chatId, 'you see this');
    for (let seconds = 0; seconds < 60; seconds += 5) await pass();
    expect(pushesTo(phone.address)).toEqual([]);

    await send(alice, chatId, 'and then you look away');
    await pass();
    await bob.socketApi.device.setForeground.mutate({ foreground: false });
    for (let seconds = 0; seconds < 15; seconds += 5) await pass();
    expect(bodiesTo(phone.address)).toEqual(['and then you look away']);
  });

  it('looks no more when the connection ends', async () => {
    const { alice, bob, chatId, phone } = await openPair();
    await bob.socketApi.device.setForeground.mutate({ foreground: true });
    const before = server.connections;
    await bob.close();
    await expect.poll(() => server.connections).toBe(before - 1);

    await send(alice, chatId, 'are you there?');
    await pass();

    expect(bodiesTo(phone.address)).toEqual(['are you there?']);
  });

  it('is told by all devices while connected without looking', async () => {
    const { alice, bob, chatId, phone } = await openPair();
    await bob.socketApi.auth.me.query();

    await send(alice, chatId, 'in a hidden tab');
    await pass();

    expect(bodiesTo(phone.address)).toEqual(['in a hidden tab']);
  });
});

describe('when a push does not get through', () => {
  it('is tried again, later each time, not before it was asked for, and then once', async () => {
    const { alice, chatId, phone } = await openPair();
    const before = fake.tries;
    fake.faults.push({ status: 503 }, { status: 429, headers: { 'retry-after': '60' } });

    await send(alice, chatId, 'insist');
    await pass();
    expect(fake.tries - before).toBe(1);
    await pass();
    expect(fake.tries - before).toBe(2);
    for (let seconds = 5; seconds < 60; seconds += 5) await pass();
    expect(fake.tries - before).toBe(2);
    await pass();
    await pass();

    expect(bodiesTo(phone.address)).toEqual(['insist']);
    expect(fake.tries - before).toBe(3);
  });

  it('is not tried any more when the message was read meanwhile', async () => {
    const { alice, bob, chatId } = await openPair();
    const before = fake.tries;
    fake.faults.push({ status: 503 });
    const { seq } = await send(alice, chatId, 'read elsewhere');
    await pass();
    await bob.api.chat.markRead.mutate({ chatId, seq });

    for (let seconds = 0; seconds < 30; seconds += 5) await pass();

    expect(fake.tries - before).toBe(1);
  });

  it('forgets a device that is gone, at once or when a receipt says so later', async () => {
    const { alice, bob, chatId } = await openPair();
    const browser = await register(bob, 'web');
    fake.faults.push({ status: 410 }, { status: 410 });
    const { devices } = await bob.api.device.list.query();
    expect(devices.map(({ id }) => id)).toContain(browser.id);
    // The phone's service says 410 too, which is no word of Expo's for gone.
    await send(alice, chatId, 'anybody?');
    await pass();
    expect((await bob.api.device.list.query()).devices.map(({ kind }) => kind)).toEqual(['expo']);

    await send(alice, chatId, 'and now?');
    await pass();
    fake.goneTickets.add(fake.tickets.at(-1) ?? '');
    await pass(15 * 60_000);
    await pass();

    // Meanwhile the tokens have run out.
    const back = await server.signIn(bob.me.name);
    expect((await back.api.device.list.query()).devices).toEqual([]);
  });
});

describe('several processes', () => {
  it('have the same key for browsers, and push each message once', async () => {
    const mongo = { mongoUri: server.mongoUri };
    await using other = await startTestServer({ clock, env: fake.env, isAlone: true, sameDatabaseAs: mongo });
    const { alice, bob, chatId, phone } = await openPair();
    const elsewhere = await other.signIn(bob.me.name);
    const { webPublicKey } = await bob.api.device.settings.query();
    expect(webPublicKey).toMatch(/^[\w-]{87}$/);
    expect((await elsewhere.api.device.settings.query()).webPublicKey).toBe(webPublicKey);

    await send(alice, chatId, 'once');
    await server.app.lastMessages.settled();
    clock.advance(lookMs);
    await Promise.all([server, other].map(({ app }) => app.pusher.settled()));
    await pass();

    expect(bodiesTo(phone.address)).toEqual(['once']);
  });
});

it('counts what was sent and what was not, and why', async () => {
  const { alice, bob, chatId } = await openPair();
  const text = () => server.app.metrics.render();
  const count = async (result: string) =>
    Number(new RegExp(`whisper_pushes_total{result="${result}"} (\\d+)`).exec(await text())?.[1] ?? 0);
  const before = [await count('sent'), await count('read')] as const;
  await send(alice, chatId, 'counted');
  await pass();
  const { seq } = await send(alice, chatId, 'read');
  await bob.api.chat.markRead.mutate({ chatId, seq });
  await pass();

  expect(await count('sent')).toBe(before[0] + 1);
  expect(await count('read')).toBeGreaterThan(before[1]);
  expect(await text()).toMatch(/whisper_pushes_waiting 0/);
});
