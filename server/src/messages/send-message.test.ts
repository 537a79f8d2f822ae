import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openChat, startTestServer } from '../testing/index.ts';

describe('message.send', () => {
  it('stores a message once, however often the same clientId is sent', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server, 'alice', 'bob');
    const input = { chatId: chat.id, text: 'hello', clientId: randomUUID() };

    const answers = await Promise.all(Array.from({ length: 20 }, () => alice.api.message.send.mutate(input)));

    expect(new Set(answers.map((message) => JSON.stringify(message))).size).toBe(1);
    const { messages } = await alice.api.message.list.query({ chatId: chat.id });
    expect(messages).toEqual([answers[0]]);
  });

  it.each([
    '66a0000000000000000003e9',
    'V1StGXR8_Z5jdHi6B-myT',
    '7D9A4C1E-4A65-1F8E-9D5C-0A3F6A1B2C3D',
    '界'.repeat(127),
  ])(
    'takes the clientId %s for a key, and one that differs in its last character for another',
    async (clientId) => {
      await using server = await startTestServer();
      const { alice, chat } = await openChat(server);
      const send = (key: string) =>
        alice.api.message.send.mutate({ chatId: chat.id, text: 'hello', clientId: key });

      const first = await send(clientId);
      expect(await send(clientId)).toEqual(first);
      expect((await send(`${clientId}-`)).seq).toBe(2);
    },
  );

  it('answers CONFLICT to another text, or another chat, under a used clientId', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server, 'alice', 'bob');
    const other = await openChat(server, 'alice', 'carol');
    const clientId = randomUUID();
    await alice.api.message.send.mutate({ chatId: chat.id, text: 'hello', clientId });

    const conflict = { data: { code: 'CONFLICT' } };
    await expect(
      alice.api.message.send.mutate({ chatId: chat.id, text: 'bye', clientId }),
    ).rejects.toMatchObject(conflict);
    await expect(
      alice.api.message.send.mutate({ chatId: other.chat.id, text: 'hello', clientId }),
    ).rejects.toMatchObject(conflict);
    expect((await alice.api.message.list.query({ chatId: other.chat.id })).messages).toEqual([]);
  });

  it('lets two people use the same clientId', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server, 'alice', 'bob');
    const clientId = randomUUID();

    const mine = await alice.api.message.send.mutate({ chatId: chat.id, text: 'hi', clientId });
    const yours = await bob.api.message.send.mutate({ chatId: chat.id, text: 'hi', clientId });

    expect([mine.rev, yours.rev]).toEqual([1, 2]);
  });

  it('trims the text, and refuses one that is blank or too long', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server, 'alice', 'bob');
    const send = (text: string) =>
      alice.api.message.send.mutate({ chatId: chat.id, text, clientId: randomUUID() });

    expect((await send('  hello  ')).text).toBe('hello');
    expect((await send('x'.repeat(8_000))).text).toHaveLength(8_000);
    for (const bad of ['', '   ', 'x'.repeat(8_001)]) {
      await expect(send(bad)).rejects.toMatchObject({
        data: { code: 'BAD_REQUEST', fieldErrors: { text: [expect.any(String)] } },
      });
    }
  });

  it('shows itself in both people’s chat lists at once', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server, 'alice', 'bob');

    await alice.api.message.send.mutate({ chatId: chat.id, text: 'one', clientId: randomUUID() });
    const last = await alice.api.message.send.mutate({
      chatId: chat.id,
      text: 'two',
      clientId: randomUUID(),
    });

    const [mine] = (await alice.api.chat.list.query({})).chats;
    const [yours] = (await bob.api.chat.list.query({})).chats;
    expect(mine).toMatchObject({ lastMessage: last, lastMessageAt: last.createdAt, unread: 0 });
    expect(yours).toMatchObject({ lastMessage: last, lastMessageAt: last.createdAt, unread: 2 });
  });

  it('counts as unread what came after the mark, which never moves back or past the end', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server, 'alice', 'bob');
    for (const text of ['one', 'two', 'three']) {
      await alice.api.message.send.mutate({ chatId: chat.id, text, clientId: randomUUID() });
    }
    const markRead = (seq: number) => bob.api.chat.markRead.mutate({ chatId: chat.id, seq });

    expect(await markRead(2)).toEqual({ unread: 1, unreadMentions: 0 });
    expect(await markRead(1)).toEqual({ unread: 1, unreadMentions: 0 });
    expect(await markRead(1_000)).toEqual({ unread: 0, unreadMentions: 0 });
    await alice.api.message.send.mutate({ chatId: chat.id, text: 'four', clientId: randomUUID() });
    expect((await bob.api.chat.get.query({ chatId: chat.id })).unread).toBe(1);
  });
});
