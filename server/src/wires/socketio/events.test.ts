import { limits, UserIdSchema } from '@whisper/shared';
import { LegacyMessageSchema } from '@whisper/shared/legacy';
import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Conversation } from '../../testing/legacy/conversation.ts';
import type { LegacyClient } from '../../testing/legacy/legacy-client.ts';
import { LegacyTestSocket } from '../../testing/legacy/legacy-socket.ts';
import { ManualClock, startTestServer } from '../../testing/index.ts';

/** How many processes know that somebody is there. */
async function knowing({ server }: Conversation, { me }: LegacyClient): Promise<number> {
  const userId = UserIdSchema.parse(me._id);
  const found = await Promise.all(server.apps.map(({ presence }) => presence.findOnline([userId])));
  return found.flat().length;
}

const nobody = '0123456789abcdef01234567';

describe.each(['polling', 'websocket'] as const)('the old Socket.IO interface over %s', (transport) => {
  const connect = (client: LegacyClient) => client.connect(transport);

  describe('send-message', () => {
    it('gives every socket of both people one copy, joined or not, and nobody else any', async () => {
      await using talk = await Conversation.start();
      const { alice, bob, carol, chatId } = talk;
      const members = await Promise.all([connect(alice), connect(alice), connect(bob), connect(bob)]);
      const outsider = await connect(carol);
      for (const socket of [members[0], members[2], outsider]) socket?.client.emit('join-chat', chatId);
      members[0].client.emit('send-message', { chatId, text: '  hello  ', extra: 1 });

      for (const socket of members) {
        const { sender, ...message } = LegacyMessageSchema.strict().parse(await socket.next('new-message'));
        expect(message).toMatchObject({ chat: chatId, text: 'hello', __v: 0 });
        const { _id, name, avatar } = alice.me;
        expect(sender).toEqual({ _id, name, avatar, email: '' });
      }
      for (const socket of [...members, outsider]) await socket.settle();
      expect(members.map((socket) => socket.all('new-message').length)).toEqual([1, 1, 1, 1]);
      expect(outsider.all('new-message')).toEqual([]);
      // Another process hears a moment later which message is a chat's last.
      await expect.poll(() => bob.call('GET /api/chats')).toMatchObject([{ lastMessage: { text: 'hello' } }]);
    });

    it('keeps the order in which one client sent', async () => {
      await using talk = await Conversation.start();
      const [alice, bob] = await Promise.all([connect(talk.alice), connect(talk.bob)]);
      const texts = Array.from({ length: 40 }, (_, n) => String(n));
      for (const text of texts) alice.client.emit('send-message', { chatId: talk.chatId, text });
      await bob.next('new-message', texts.length);
      expect(bob.all('new-message').map(({ text }) => text)).toEqual(texts);
    });

    it('takes a number and a truth for texts', async () => {
      await using talk = await Conversation.start();
      const alice = await connect(talk.alice);
      for (const text of [42, true]) alice.client.emit('send-message', { chatId: talk.chatId, text });
      await alice.next('new-message', 2);
      expect(alice.all('new-message').map(({ text }) => text)).toEqual(['42', 'true']);
    });

    it('calls the callback and gives the tempId back to the socket that sent it alone', async () => {
      await using talk = await Conversation.start();
      const [alice, tab] = await Promise.all([connect(talk.alice), connect(talk.alice)]);
      const payload = { chatId: talk.chatId, text: 'hello', tempId: 'temp-1' };
      const answer = await alice.client.emitWithAck('send-message', payload);

      const { tempId, ...message } = await alice.next('new-message');
      expect(tempId).toBe('temp-1');
      expect(answer).toEqual(message);
      expect(await tab.next('new-message')).toEqual(message);
    });

    it('stores a message that is sent twice under the same clientId once, whatever that looks like', async () => {
      await using talk = await Conversation.start();
      const alice = await connect(talk.alice);
      const clientIds = [
        randomUUID(),
        '66a0000000000000000003e9',
        'V1StGXR8_Z5jdHi6B-myT',
        '00000000-0000-0000-0000-000000000001',
        'k'.repeat(128),
      ];
      for (const clientId of clientIds) {
        const payload = { chatId: talk.chatId, text: clientId, clientId };
        const first = await alice.client.emitWithAck('send-message', payload);
        expect(await alice.client.emitWithAck('send-message', payload)).toEqual(first);
      }
      await alice.next('new-message', clientIds.length);
      await alice.settle();
      expect(alice.all('new-message').map(({ text }) => text)).toEqual(clientIds);
    });

    it('tells the sender alone what was not sent', async () => {
      await using talk = await Conversation.start();
      const { chatId } = talk;
      const [alice, tab, carol] = await Promise.all([talk.alice, talk.alice, talk.carol].map(connect));
      const refusals: [LegacyTestSocket | undefined, unknown, string][] = [
        [alice, { chatId: nobody, text: 'x' }, 'Chat not found'],
        [carol, { chatId, text: 'x' }, 'Chat not found'],
        [alice, { text: 'x' }, 'Chat not found'],
        [alice, { chatId: null, text: 'x' }, 'Chat not found'],
        [alice, { chatId, text: '' }, 'Failed to send message'],
        [alice, { chatId, text: '   ' }, 'Failed to send message'],
        [alice, { chatId }, 'Failed to send message'],
        [alice, { chatId, text: { $gt: '' } }, 'Failed to send message'],
        [alice, { chatId, text: ['x'] }, 'Failed to send message'],
        [alice, { chatId, text: 'x'.repeat(limits.textLengthMax + 1) }, 'Failed to send message'],
        [alice, { chatId: 'nope', text: 'x' }, 'Failed to send message'],
        ...['\u200B', '\u2800', '\u3164', 'cut \ud83d', 'a\0'].map(
          (text) =>
            [alice, { chatId, text }, 'Failed to send message'] as [LegacyTestSocket, unknown, string],
        ),
        ...[7, '', ' ', 'x'.repeat(129), '\0', '\ud83d', {}].map(
          (clientId) =>
            [alice, { chatId, text: 'x', clientId }, 'Failed to send message'] as [
              LegacyTestSocket,
              unknown,
              string,
            ],
        ),
        [alice, { chatId: { $ne: null }, text: 'x' }, 'Failed to send message'],
        [alice, null, 'Failed to send message'],
        [alice, 'hello', 'Failed to send message'],
      ];
      for (const [socket, payload, message] of refusals) {
        const seen = socket?.all('socket-error').length ?? 0;
        expect(await socket?.client.emitWithAck('send-message', payload)).toEqual({ error: { message } });
        expect(await socket?.next('socket-error', seen + 1)).toEqual({ message });
      }
      alice?.client.emit('send-message');
      expect(await alice?.next('socket-error', refusals.length)).toEqual({
        message: 'Failed to send message',
      });
      await tab?.settle();
      expect(tab?.all('socket-error')).toEqual([]);
    });

    it('names the tempId of what was not sent', async () => {
      await using talk = await Conversation.start();
      const alice = await connect(talk.alice);
      alice.client.emit('send-message', { chatId: nobody, text: 'x', tempId: 'temp-7' });
      expect(await alice.next('socket-error')).toEqual({ message: 'Chat not found', tempId: 'temp-7' });
    });
  });

  describe('typing', () => {
    it('reaches every socket of the other person once, joined or not, and never the sender', async () => {
      await using talk = await Conversation.start();
      const { alice, bob, carol, chatId } = talk;
      const [typer, tab, ...others] = await Promise.all([alice, alice, bob, bob].map(connect));
      const outsider = await connect(carol);
      for (const socket of [tab, others[0], outsider]) socket?.client.emit('join-chat', chatId);
      typer?.client.emit('typing', { chatId, isTyping: true });
      typer?.client.emit('typing', { chatId, isTyping: false });

      const shown = [true, false].map((isTyping) => ({ userId: alice.me._id, chatId, isTyping }));
      for (const socket of others) {
        await socket.next('typing', 2);
        await socket.settle();
        expect(socket.all('typing')).toEqual(shown);
      }
      for (const socket of [typer, tab, outsider]) {
        await socket?.settle();
        expect(socket?.all('typing')).toEqual([]);
      }
    });

    it('harms nobody when it is malformed or about somebody else’s chat', async () => {
      await using talk = await Conversation.start();
      const [alice, carol] = await Promise.all([talk.alice, talk.carol].map(connect));
      const { chatId } = talk;
      for (const payload of [
        undefined,
        null,
        'x',
        {},
        { chatId },
        { chatId: { $ne: null }, isTyping: true },
      ]) {
        await carol?.client.emitWithAck('typing', payload);
      }
      carol?.client.emit('typing');
      await carol?.client.emitWithAck('typing', { chatId, isTyping: true });
      await carol?.client.emitWithAck('typing', { chatId: nobody, isTyping: true });

      await alice?.settle();
      expect(alice?.all('typing')).toEqual([]);
      expect(carol?.all('socket-error')).toEqual([]);
    });
  });

  describe('presence', () => {
    it('lists who is online, and tells of a person’s first and last device only', async () => {
      const clock = new ManualClock();
      await using talk = await Conversation.start({ clock });
      const { alice, bob } = talk;
      const watcher = await connect(bob);
      expect(await watcher.next('online-users')).toEqual({ userIds: [] });
      await expect.poll(() => knowing(talk, bob)).toBe(talk.server.apps.length);

      const first = await connect(alice);
      expect(await first.next('online-users')).toEqual({ userIds: [bob.me._id] });
      const second = await connect(alice);
      const { userIds } = await second.next('online-users');
      expect(new Set(userIds as string[])).toEqual(new Set([alice.me._id, bob.me._id]));
      expect(await watcher.next('user-online')).toEqual({ userId: alice.me._id });

      for (const socket of [first, second]) {
        socket.close();
        await watcher.settle();
        clock.advance(limits.offlineGraceMs);
      }
      while (watcher.all('user-offline').length === 0) {
        await watcher.settle();
        clock.advance(limits.offlineGraceMs);
      }
      await watcher.settle();
      expect(watcher.all('user-online')).toEqual([{ userId: alice.me._id }]);
      expect(watcher.all('user-offline')).toEqual([{ userId: alice.me._id }]);
    });

    it('does not tell of somebody who is back at once', async () => {
      const clock = new ManualClock();
      await using talk = await Conversation.start({ clock });
      const [watcher, alice] = [await connect(talk.bob), await connect(talk.alice)];
      await watcher.next('user-online');
      alice.drop();
      await alice.next('online-users', 2);
      clock.advance(limits.offlineGraceMs);

      await watcher.settle();
      expect(watcher.received.map(({ name }) => name)).toEqual(['online-users', 'user-online']);
    });
  });

  it('refuses whoever has no token that is one, or a session nobody has', async () => {
    await using server = await startTestServer();
    const strangers: readonly object[] = [
      {},
      { token: '' },
      { token: 'nonsense' },
      { token: { $ne: null } },
      { pid: 'x', offset: 'start' },
    ];
    for (const auth of strangers) {
      const socket = new LegacyTestSocket(server.url, auth, { transports: [transport] });
      onTestFinished(() => socket.close());
      expect(await socket.refusal(), JSON.stringify(auth)).toMatchObject({ message: 'Authentication error' });
      expect(socket.client.active).toBe(false);
    }
  });
});
