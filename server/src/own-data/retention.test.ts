import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openGroup, startTestServer, type TestClient, type TestServer } from '../testing/index.ts';
import { systemClock } from '../platform/clock.ts';
import { Retention } from './retention.ts';

const dayMs = 86_400_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ isAlone: true });
});
afterAll(() => server[Symbol.asyncDispose]());

/** As it is done so many days from now. */
const retentionIn = (days: number, env: { RETENTION_DAYS?: number } = {}) => {
  const { app } = server;
  const clock = { now: () => Date.now() + days * dayMs, after: systemClock.after.bind(systemClock) };
  return new Retention({ ...app, clock, env: { ...app.env, ...env } });
};

async function openChat() {
  const mark = randomUUID().slice(0, 8);
  const [alice, bob] = await Promise.all([server.signIn(`alice ${mark}`), server.signIn(`bob ${mark}`)]);
  return { alice, bob, chat: await alice.api.chat.openDirect.mutate({ userId: bob.me.id }) };
}

const say = async (client: TestClient, chatId: string, text: string) =>
  client.api.message.send.mutate({ chatId: chatId as never, text, clientId: randomUUID() });

const textsOf = async (client: TestClient, chatId: string) =>
  (await client.api.message.list.query({ chatId: chatId as never })).messages
    .filter(({ kind }) => kind === 'text')
    .map(({ text }) => text);

it('erases what is older than the server keeps, each message where it stands, and once', async () => {
  const { alice, bob, chat } = await openChat();
  for (let each = 1; each <= 25; each += 1) await say(each % 2 ? alice : bob, chat.id, `old ${each}`);

  await retentionIn(6, { RETENTION_DAYS: 7 }).sweep();
  expect(await textsOf(bob, chat.id)).toHaveLength(25);
  expect((await textsOf(bob, chat.id)).every(Boolean)).toBe(true);
  await retentionIn(8, { RETENTION_DAYS: 7 }).sweep();
  const { head } = await revsOf(chat.id);
  await retentionIn(9, { RETENTION_DAYS: 7 }).sweep();

  const { seqs, revs } = await revsOf(chat.id);
  expect((await textsOf(bob, chat.id)).some(Boolean)).toBe(false);
  expect(seqs).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
  expect(revs).toEqual(Array.from({ length: 25 }, (_, index) => index + 26));
  expect(head).toBe(50);
  expect((await bob.api.chat.get.query({ chatId: chat.id })).unread).toBe(0);
});

async function revsOf(chatId: string) {
  const { Types } = await import('mongoose');
  const docs = await server.app.db
    .collection('messages')
    .find({ chat: new Types.ObjectId(chatId) })
    .toArray();
  const numbers = (field: 'seq' | 'rev') =>
    docs.map((doc): number => Number(doc[field])).toSorted((a, b) => a - b);
  return { seqs: numbers('seq'), revs: numbers('rev'), head: numbers('rev').at(-1) };
}

it('is what a group says, by whoever may change it; other chats keep theirs', async () => {
  const { people, chat: group } = await openGroup(server, 'owner', 'member');
  const [owner, member] = people;
  if (!owner || !member) throw new Error('Somebody is missing');
  const { alice, chat } = await openChat();
  await say(alice, chat.id, 'stays');
  await say(member, group.id, 'goes');
  const keep = (client: TestClient, retentionDays: number | null) =>
    client.api.chat.update.mutate({ chatId: group.id, retentionDays });
  await expect(keep(member, 1)).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } });
  expect(await keep(owner, 30)).toMatchObject({ retentionDays: 30 });
  expect(await member.api.chat.get.query({ chatId: group.id })).toMatchObject({ retentionDays: 30 });
  await keep(owner, 30);

  await retentionIn(31).sweep();

  expect(await textsOf(member, group.id)).toEqual(['']);
  expect(await textsOf(alice, chat.id)).toEqual(['stays']);
  expect(await keep(owner, null)).toMatchObject({ retentionDays: null });
  const { messages } = await member.api.message.list.query({ chatId: group.id });
  const told = messages.filter(({ system }) => system?.type === 'retentionChanged');
  expect(told.map(({ text }) => text)).toEqual([
    `${owner.me.name} has messages deleted after 30 days`,
    `${owner.me.name} no longer has old messages deleted`,
  ]);
});

it('is done by one process at a time, and taken up where another ended', async () => {
  const { alice, chat } = await openChat();
  for (let each = 0; each < 25; each += 1) await say(alice, chat.id, `old ${each}`);
  const one = retentionIn(8, { RETENTION_DAYS: 7 });
  const sweeping = one.sweep();
  await expect.poll(async () => (await textsOf(alice, chat.id)).filter(Boolean).length).toBeLessThan(25);
  await one.close();
  await sweeping;
  const left = (await textsOf(alice, chat.id)).filter(Boolean).length;
  await Promise.all([1, 2].map(() => retentionIn(8, { RETENTION_DAYS: 7 }).sweep()));

  expect((await textsOf(alice, chat.id)).some(Boolean)).toBe(false);
  expect((await revsOf(chat.id)).head).toBe(50);
  expect(left).toBeLessThan(25);
});
