import type { ChatEvent, ChatId, MessageEvent, UserId } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  collect,
  ManualClock,
  openGroup,
  startTestServer,
  type TestClient,
  type TestServer,
} from '../testing/index.ts';
import { LegacyClient } from '../testing/legacy/legacy-client.ts';
import type { GroupChange } from './group-change.ts';

const clock = new ManualClock();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ clock, isAlone: true });
});
afterAll(() => server[Symbol.asyncDispose]());

const minuteMs = 60_000;

/** A group of two that is a minute old, and somebody who is not in it. */
async function open(name: string) {
  const { people, chat } = await openGroup(server, `${name}-ann`, `${name}-bo`);
  const [ann, bo] = people as [TestClient, TestClient];
  const cy = await server.signIn(`${name}-cy`);
  clock.advance(minuteMs);
  return { ann, bo, cy, chatId: chat.id };
}

type Logged = { readonly chatId: ChatId; readonly by: UserId; readonly system: GroupChange };

/** The change stands in the log, and whoever wrote it died before anything else. Resolves with its place. */
async function logAlone({ chatId, by, system }: Logged): Promise<number> {
  const [chat, sender, at] = [new Types.ObjectId(chatId), new Types.ObjectId(by), new Date(clock.now())];
  const messages = server.app.db.collection('messages');
  const rev = 1 + (await messages.countDocuments({ chat }));
  const numbers = { seq: rev, rev, createdRev: rev, revs: [{ n: rev, at }], systemRev: rev };
  const times = { changedAt: at, createdAt: at, updatedAt: at };
  await messages.insertOne({ chat, sender, text: '', clientId: randomUUID(), system, ...numbers, ...times });
  return rev;
}

type Cursors = { readonly chats?: string; readonly messages?: string };

/** What a device of that name hears that was away since it had those cursors, and the cursors that it has then. */
async function hear(name: string, { chats, messages }: Cursors = {}) {
  const { api } = await server.signIn(name);
  const all = collect<{ id: string; data: MessageEvent }>((on) =>
    api.message.onEvent.subscribe({ lastEventId: messages }, on),
  );
  const changes = collect<{ id: string; data: ChatEvent }>((on) =>
    api.chat.onChange.subscribe({ lastEventId: chats }, on),
  );
  await all.until((items) => items.at(-1)?.data.type === 'synced');
  await changes.until((items) => items.at(-1)?.data.type === 'synced');
  all.stop();
  changes.stop();
  return {
    cursors: { chats: changes.items.at(-1)?.id ?? '', messages: all.items.at(-1)?.id ?? '' },
    changes: changes.items.map(({ data }) => data),
    seqs: all.items.flatMap(({ data }) => ('message' in data ? [data.message.seq] : [])),
  };
}

const writes = async (ann: TestClient, chatId: ChatId) => {
  await ann.api.message.send.mutate({ chatId, text: 'hello', clientId: randomUUID() });
};

const nextLife = async () => {
  await using _ = await startTestServer({ clock, isAlone: true, sameDatabaseAs: server });
};

describe('a change of a group that is applied long after it was logged', () => {
  it.each([
    ['when somebody writes', writes],
    ['by the next life of the process', nextLife],
  ])('%s, is told to whoever was brought in and was away then', async (how, apply) => {
    const name = `in${how.length}`;
    const { ann, cy, chatId } = await open(name);
    const system = { type: 'memberAdded', userIds: [cy.me.id] } as const;
    const seq = await logAlone({ chatId, by: ann.me.id, system });
    clock.advance(minuteMs);
    const { cursors } = await hear(`${name}-cy`);

    await apply(await server.signIn(`${name}-ann`), chatId);
    clock.advance(minuteMs);
    const heard = await hear(`${name}-cy`, cursors);

    expect(heard.changes).toContainEqual({ type: 'new', chatId });
    expect(heard.seqs).toContain(seq);
    const again = await server.signIn(`${name}-cy`);
    expect((await again.api.chat.list.query({})).chats).toMatchObject([{ id: chatId, memberCount: 3 }]);
  });

  it.each([
    ['put out', 'memberRemoved', 'gone'],
    ['made an admin', 'roleChanged', 'changed'],
  ] as const)('is told to whoever was %s and was away then', async (_what, type, told) => {
    const { ann, bo, chatId } = await open(type);
    await logAlone({
      chatId,
      by: ann.me.id,
      system: { type, userId: bo.me.id, role: 'admin' } as GroupChange,
    });
    clock.advance(minuteMs);
    const { cursors } = await hear(`${type}-bo`);

    await writes(await server.signIn(`${type}-ann`), chatId);
    clock.advance(minuteMs);
    const { changes } = await hear(`${type}-bo`, cursors);

    expect(changes).toContainEqual(
      told === 'gone' ? { type: told, chatId } : { type: told, chatId, group: null },
    );
  });

  it('is told to everyone else in the group', async () => {
    const { ann, chatId } = await open('name');
    await logAlone({ chatId, by: ann.me.id, system: { type: 'renamed', name: 'Attic' } });
    clock.advance(minuteMs);
    const { cursors } = await hear('name-bo');

    await writes(await server.signIn('name-ann'), chatId);
    clock.advance(minuteMs);
    const { changes } = await hear('name-bo', cursors);

    const group = expect.objectContaining({ name: 'Attic' });
    expect(changes).toContainEqual({ type: 'changed', chatId, group });
  });

  it('is told although it was applied to the people long before it was to the group', async () => {
    const { ann, cy, chatId } = await open('half');
    const { db } = server.app;
    const chat = { _id: new Types.ObjectId(chatId) };
    const before = await db.collection('chats').findOne(chat);
    const system = { type: 'memberAdded', userIds: [cy.me.id] } as const;
    const seq = await logAlone({ chatId, by: ann.me.id, system });
    await nextLife();
    if (!before) throw new Error('The group is there');
    await db.collection('chats').replaceOne(chat, before);
    clock.advance(minuteMs);
    const { cursors } = await hear('half-cy');

    await nextLife();
    clock.advance(minuteMs);
    const heard = await hear('half-cy', cursors);

    expect(heard.changes).toContainEqual({ type: 'new', chatId });
    expect(heard.seqs).toContain(seq);
  });

  it('is told to an old app that comes back with its ticket', async () => {
    const { ann, cy, chatId } = await open('old');
    const { id: directId } = await ann.api.chat.openDirect.mutate({ userId: cy.me.id });
    const app = await (await LegacyClient.signIn(server, 'old-cy')).connect('websocket');
    const system = { type: 'memberAdded', userIds: [cy.me.id] } as const;
    await logAlone({ chatId, by: ann.me.id, system });
    clock.advance(minuteMs);
    await writes(await server.signIn('old-ann'), directId);
    await app.next('new-message');
    app.client.io.reconnection(false);
    const ended = app.ended();
    app.drop();
    await ended;

    await writes(await server.signIn('old-ann'), chatId);
    clock.advance(minuteMs);
    app.client.connect();
    await app.next('new-message', 3);

    const chatIds = app.all('new-message').map((message) => message['chat']);
    expect(chatIds).toEqual([directId, chatId, chatId]);
  });
});
