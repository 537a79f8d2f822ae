import type { ChatEvent, MessageEvent } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { collect, openGroup, startTestServer, type TestClient, type TestServer } from '../testing/index.ts';
import { hasRedis } from '../testing/with-redis.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const send = ({ api }: TestClient, chatId: string, text = 'hello') =>
  api.message.send.mutate({ chatId, text, clientId: randomUUID() });

describe('chat.createGroup', () => {
  it('puts everybody in, with the maker as its owner, and says so in the log', async () => {
    const { people, chat } = await openGroup(server, 'anna', 'ben', 'cleo');
    for (const [index, { api }] of people.entries()) {
      const { chats } = await api.chat.list.query({});
      expect(chats).toMatchObject([
        {
          kind: 'group',
          id: chat.id,
          name: 'Garden',
          memberCount: 3,
          myRole: index === 0 ? 'owner' : 'member',
          unread: 0,
          lastSeq: 2,
          lastMessage: { kind: 'system', system: { type: 'memberAdded' } },
        },
      ]);
      const { members } = await api.chat.members.query({ chatId: chat.id });
      expect(members.map(({ user, role }) => [user.name, role])).toEqual([
        ['anna', 'owner'],
        ['ben', 'member'],
        ['cleo', 'member'],
      ]);
      const { messages } = await api.message.list.query({ chatId: chat.id });
      expect(messages.map(({ system, text }) => [system?.type, text])).toEqual([
        ['created', 'anna created the group “Garden”'],
        ['memberAdded', 'anna added ben and cleo'],
      ]);
    }
  });

  it('makes one group of a repeated call', async () => {
    const [anna, dora] = [await server.signIn('anna'), await server.signIn('dora')];
    const input = { name: ' Roof ', memberIds: [dora.me.id], clientId: randomUUID() };
    const chats = await Promise.all([1, 2, 3].map(() => anna.api.chat.createGroup.mutate(input)));
    expect(new Set(chats.map(({ id }) => id)).size).toBe(1);
    expect(chats[0]).toMatchObject({ name: 'Roof', memberCount: 2, lastSeq: 2 });
  });

  it('refuses people who never were', async () => {
    const anna = await server.signIn('anna');
    const input = { name: 'Roof', memberIds: ['f'.repeat(24)], clientId: randomUUID() };
    await expect(anna.api.chat.createGroup.mutate(input)).rejects.toMatchObject({
      data: { code: 'NOT_FOUND' },
    });
  });

  it('shows the group at once to whoever is watching', async () => {
    const ben = await server.signIn('ben');
    const events = collect<{ data: ChatEvent }>((on) => ben.api.chat.onChange.subscribe({}, on));
    await events.until(({ length }) => length > 0);
    const { chat } = await openGroup(server, 'anna', 'ben');
    await events.until((items) => items.some(({ data }) => data.type === 'new' && data.chatId === chat.id));
    events.stop();
  });
});

describe('messages in a group', () => {
  it('reach everybody in it, count as unread to the others, and exist for nobody else', async () => {
    const { people, chat } = await openGroup(server, 'emil', 'fay', 'gus');
    const [emil, fay, gus] = people as [TestClient, TestClient, TestClient];
    const stranger = await server.signIn('hal');
    const lives = [emil, fay, gus].map(({ api }) =>
      collect<{ data: MessageEvent }>((on) => api.message.onEvent.subscribe({ chatId: chat.id }, on)),
    );
    await Promise.all(lives.map((live) => live.until(({ length }) => length > 0)));

    const sent = await emil.api.message.send.mutate({
      chatId: chat.id,
      text: '@fay look',
      clientId: randomUUID(),
      mentions: [fay.me.id],
    });
    for (const live of lives) {
      const [, event] = await live.until(({ length }) => length > 1);
      expect(event?.data).toMatchObject({ type: 'created', message: { id: sent.id, seq: 3 } });
      live.stop();
    }
    const unread = async ({ api }: TestClient) => {
      const { unread, unreadMentions } = await api.chat.get.query({ chatId: chat.id });
      return [unread, unreadMentions];
    };
    expect([await unread(emil), await unread(fay), await unread(gus)]).toEqual([
      [0, 0],
      [1, 1],
      [1, 0],
    ]);
    await expect(send(stranger, chat.id)).rejects.toMatchObject({ message: 'Chat not found' });
    const mention = { chatId: chat.id, text: 'x', clientId: randomUUID(), mentions: [stranger.me.id] };
    await expect(emil.api.message.send.mutate(mention)).rejects.toMatchObject({
      data: { code: 'BAD_REQUEST' },
    });
  });

  it.runIf(hasRedis)('reach who has just come, where nobody has heard of the group before', async () => {
    const env = { REDIS_URL: inject('redisUrl') };
    await using one = await startTestServer({ env, isAlone: true });
    await using other = await startTestServer({ env, isAlone: true, sameDatabaseAs: one });
    const { people, chat } = await openGroup(one, 'kay', 'lea');
    const [kay] = people as [TestClient];
    const lea = await other.signIn('lea');
    const live = collect<{ data: MessageEvent }>((on) =>
      lea.api.message.onEvent.subscribe({ chatId: chat.id }, on),
    );
    await live.until(({ length }) => length > 0);

    await send(kay, chat.id);

    const [, event] = await live.until(({ length }) => length > 1);
    expect(event?.data).toMatchObject({ type: 'created', rev: 3 });
    live.stop();
  });

  it('take the marks of their readers with them', async () => {
    const { people, chat } = await openGroup(server, 'ida', 'jon');
    const [ida, jon] = people as [TestClient, TestClient];
    await send(ida, chat.id);
    await send(ida, chat.id);
    const events = collect<{ data: ChatEvent }>((on) => ida.api.chat.onChange.subscribe({}, on));
    await events.until(({ length }) => length > 0);
    expect(await jon.api.chat.markRead.mutate({ chatId: chat.id, seq: 3 })).toMatchObject({ unread: 1 });
    const [, moved] = await events.until(({ length }) => length > 1);
    expect(moved?.data).toMatchObject({ type: 'marks', userId: jon.me.id, readSeq: 3, deliveredSeq: 3 });
    events.stop();
    await send(jon, chat.id);
    expect(await jon.api.chat.get.query({ chatId: chat.id })).toMatchObject({ unread: 0, readSeq: 5 });
  });
});
