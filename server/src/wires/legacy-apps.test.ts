import type { LegacyMessage } from '@whisper/shared/legacy';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MobileApp, WebApp, type LegacyApp } from '../testing/legacy/legacy-app.ts';
import { ManualClock, startTestServer, type TestServer } from '../testing/index.ts';

async function open<App extends MobileApp | WebApp>(app: App): Promise<App> {
  onTestFinished(() => app.close());
  await app.start();
  return app;
}

/** Alice has the mobile app, bob the web app; both look at their chat. */
async function startTalk(server: TestServer) {
  const [alice, bob] = await Promise.all([
    open(new MobileApp(server, 'alice')),
    open(new WebApp(server, 'bob')),
  ]);
  const chatId = await alice.openChatWith(bob.me._id);
  await bob.openChatWith(alice.me._id);
  return { alice, bob, chatId };
}

const idsOf = (rows: readonly { readonly _id: string }[]) => rows.map(({ _id }) => _id);

/** Every app shows each stored message once, in the chat's order, and nothing else. */
async function expectSameRows(chatId: string, apps: readonly LegacyApp[]): Promise<void> {
  for (const app of apps) {
    await app.socket.settle();
    const stored = await app.call<LegacyMessage[]>(`GET /api/messages/chat/${chatId}`);
    expect(idsOf(app.rowsOf(chatId))).toEqual(idsOf(stored));
    expect(app.refused).toEqual([]);
  }
}

describe('the old apps', () => {
  it.each([1, 2, 3])('sign in for the first time with everything at once (%i)', async () => {
    await using server = await startTestServer();
    const people = await Promise.all(['alice', 'bob', 'carol'].map((name) => open(new WebApp(server, name))));
    for (const app of people) {
      expect([app.refused, app.isConnected]).toEqual([[], true]);
      expect(await app.fetchUsers()).toHaveLength(2);
    }
  });

  it('show a message at once, and its stored self in its place', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await startTalk(server);

    alice.send(chatId, 'hello');
    expect(idsOf(alice.rowsOf(chatId))).toEqual(['temp-1']);
    await Promise.all([alice.socket.next('new-message'), bob.socket.next('new-message')]);
    bob.send(chatId, 'hello to you');
    await Promise.all([alice.socket.next('new-message', 2), bob.socket.next('new-message', 2)]);

    await expectSameRows(chatId, [alice, bob]);
    expect(alice.chats[0]?.lastMessage?.text).toBe('hello to you');
    expect(bob.chats[0]?.lastMessage?.text).toBe('hello to you');
  });

  it('list a chat that somebody else began once it has a message', async () => {
    await using server = await startTestServer();
    const [alice, bob] = await Promise.all([
      open(new MobileApp(server, 'alice')),
      open(new WebApp(server, 'bob')),
    ]);
    const chatId = await alice.openChatWith(bob.me._id);
    await bob.fetchChats();
    expect(bob.chats).toEqual([]);

    alice.send(chatId, 'hello');
    await bob.socket.next('new-message');
    await bob.fetchChats();
    expect(bob.chats).toMatchObject([{ _id: chatId, lastMessage: { text: 'hello' } }]);
  });

  it('agree on the chat when both write without waiting', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await startTalk(server);
    for (let n = 1; n <= 20; n += 1) {
      alice.send(chatId, `alice ${n}`);
      bob.send(chatId, `bob ${n}`);
    }
    await Promise.all([alice.socket.next('new-message', 40), bob.socket.next('new-message', 40)]);
    await expectSameRows(chatId, [alice, bob]);
    expect(alice.rowsOf(chatId)).toHaveLength(40);
  });

  it('take back what was not stored, and only that', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await startTalk(server);
    alice.send(chatId, 'good');
    await alice.socket.next('new-message');
    alice.send(chatId, 'x'.repeat(10_000));
    await alice.socket.next('socket-error');
    expect(alice.rowsOf(chatId).map(({ text }) => text)).toEqual(['good']);
    await expectSameRows(chatId, [alice, bob]);
  });

  it('show who is typing until the message comes, or they go', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await startTalk(server);
    for (let keystroke = 1; keystroke <= 10; keystroke += 1) alice.setTyping(chatId, true);
    await bob.socket.next('typing');
    expect(bob.typingUsers.get(chatId)).toBe(alice.me._id);
    alice.send(chatId, 'hello');
    await bob.socket.next('new-message');
    await bob.socket.until(() => bob.socket.all('typing').at(-1)?.['isTyping'] === false);
    expect(bob.typingUsers.size).toBe(0);

    const seen = bob.socket.all('typing').length;
    alice.setTyping(chatId, true);
    await bob.socket.next('typing', seen + 1);
    alice.close();
    await bob.socket.next('typing', seen + 2);
    expect(bob.typingUsers.size).toBe(0);
    expect(bob.socket.all('socket-error')).toEqual([]);
  });

  it('keep a second tab in step, and the person online while one is open', async () => {
    const clock = new ManualClock();
    await using server = await startTestServer({ clock });
    const { alice, bob, chatId } = await startTalk(server);
    const tab = await open(new WebApp(server, 'bob'));
    await tab.showChat(chatId);
    bob.send(chatId, 'from the first tab');
    tab.send(chatId, 'from the second tab');
    await Promise.all([alice, bob, tab].map((app) => app.socket.next('new-message', 2)));
    await expectSameRows(chatId, [alice, bob, tab]);

    tab.close();
    while (server.app.connections.size > 2) await new Promise(setImmediate);
    clock.advance(10_000);
    await alice.socket.settle();
    expect(alice.onlineUsers.has(bob.me._id)).toBe(true);
  });

  it('mark a chat that is not on the screen', async () => {
    await using server = await startTestServer();
    const { alice, bob, chatId } = await startTalk(server);
    alice.openChatId = undefined;
    bob.send(chatId, 'are you there?');
    await alice.socket.next('new-message');
    expect([...alice.unreadChats]).toEqual([chatId]);
    expect([...bob.unreadChats]).toEqual([]);
  });

  it('come back after a minute with an expired token, and miss nothing', async () => {
    const clock = new ManualClock();
    await using server = await startTestServer({ clock });
    const { alice, bob, chatId } = await startTalk(server);
    bob.send(chatId, 'before');
    let count = 1;
    const arrive = (apps: readonly LegacyApp[]) =>
      Promise.all(apps.map(({ socket }) => socket.next('new-message', count)));
    await arrive([alice, bob]);

    for (const [away, other] of [
      [alice, bob],
      [bob, alice],
      [alice, bob],
    ] as const) {
      await away.loseConnection();
      clock.advance(3 * 60_000);
      for (const text of ['one', 'two', 'three']) other.send(chatId, text);
      count += 3;
      await arrive([other]);
      await away.reconnect();
      away.send(chatId, 'I am back');
      count += 1;
      await arrive([alice, bob]);
      await expectSameRows(chatId, [alice, bob]);
    }
    expect(alice.rowsOf(chatId)).toHaveLength(13);
    expect([alice, bob].map(({ socket }) => socket.all('new-message').length)).toEqual([13, 13]);
  });

  it('read and write in a group, through edits and deletions, as in a chat with somebody', async () => {
    await using server = await startTestServer();
    const [alice, bob, carol] = await Promise.all([
      open(new MobileApp(server, 'alice')),
      open(new WebApp(server, 'bob')),
      server.signIn('carol'),
    ]);
    const group = await carol.api.chat.createGroup.mutate({
      name: 'Garden',
      memberIds: [alice.me._id, bob.me._id],
      clientId: 'garden',
    });
    const chatId: string = group.id;
    for (const app of [alice, bob]) {
      await app.socket.next('new-message');
      await app.fetchChats();
      expect(app.chats).toMatchObject([
        {
          _id: chatId,
          participant: { _id: chatId, name: 'Garden', email: '', avatar: '' },
          lastMessage: { text: 'carol added alice and bob' },
        },
      ]);
      expect(await app.openChatWith(chatId)).toBe(chatId);
    }
    const seen = () => [alice, bob].map(({ socket }) => socket.all('new-message').length);
    const arrive = (counts: readonly number[]) =>
      Promise.all([alice, bob].map(({ socket }, n) => socket.next('new-message', (counts[n] ?? 0) + 1)));

    const before = seen();
    alice.send(chatId, 'hello all');
    await arrive(before);
    const again = seen();
    const { id: messageId } = await carol.api.message.send.mutate({
      chatId: group.id,
      text: 'to be edited',
      clientId: 'edited',
    });
    await arrive(again);
    await expectSameRows(chatId, [alice, bob]);
    expect(alice.rowsOf(chatId).map(({ text }) => text)).toContain('carol created the group “Garden”');

    await carol.api.message.edit.mutate({ messageId, text: 'edited' });
    await bob.showChat(chatId);
    expect(bob.rowsOf(chatId).at(-1)).toMatchObject({ text: 'edited' });
    await carol.api.message.delete.mutate({ messageId, for: 'everyone' });
    await bob.showChat(chatId);
    expect(bob.rowsOf(chatId).at(-1)).toMatchObject({ text: 'Message deleted' });

    await carol.api.chat.removeMember.mutate({ chatId: group.id, userId: bob.me._id });
    await carol.api.message.send.mutate({ chatId: group.id, text: 'a secret', clientId: 'secret' });
    await alice.socket.until(() => alice.rowsOf(chatId).at(-1)?.text === 'a secret');
    await bob.socket.settle();
    await bob.fetchChats();
    expect(bob.chats).toEqual([]);
    expect(JSON.stringify(bob.socket.received)).not.toContain('a secret');
    await expect(bob.openChatWith(chatId)).rejects.toThrow('refused with 404');
  });
});
