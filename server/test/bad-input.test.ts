import { randomUUID } from 'node:crypto';
import { limits } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../src/testing/index.ts';
import { TestClient } from '../src/testing/test-client.ts';

const operator = { $ne: null };
const unknownId = 'f'.repeat(24);
const uuid = randomUUID();

/** Per procedure, inputs that must be refused before anything happens. */
const bad: Record<string, readonly unknown[]> = {
  'auth.refresh': [undefined, {}, { token: 7 }, { token: operator }, { token: 'x'.repeat(10_000) }],
  'user.list': [
    { query: operator },
    { query: 'x'.repeat(200) },
    { query: '\0' },
    { query: 'a\0' },
    { query: 'a\ud83d' },
    { limit: 0 },
    { limit: 51 },
    { limit: '5' },
    { cursor: '!' },
    { cursor: operator },
  ],
  'user.get': [undefined, {}, { userId: 'me' }, { userId: operator }, { userId: unknownId.toUpperCase() }],
  'user.suspend': [
    undefined,
    { userId: unknownId, reason: 'x' },
    { userId: unknownId, until: 'soon', reason: 'x' },
    { userId: unknownId, until: null, reason: ' ' },
    { userId: operator, until: null, reason: 'x' },
  ],
  'user.unsuspend': [undefined, {}, { userId: operator }],
  'report.create': [
    undefined,
    { reason: 'spam' },
    { messageId: unknownId, userId: unknownId, reason: 'spam' },
    { messageId: unknownId, reason: 'dull' },
    { userId: operator, reason: 'spam' },
    { userId: unknownId, reason: 'spam', text: 'x'.repeat(1_001) },
  ],
  'report.list': [{ state: 'lost' }, { limit: 51 }, { cursor: operator }],
  'report.resolve': [undefined, { reportId: unknownId }, { reportId: operator, outcome: 'dismissed' }],
  'report.deleteMessage': [undefined, { reportId: unknownId }, { reportId: operator, messageId: unknownId }],
  'audit.list': [{ limit: 0 }, { cursor: operator }],
  'user.block': [undefined, {}, { userId: 'bob' }, { userId: operator }],
  'user.unblock': [undefined, {}, { userId: 'bob' }, { userId: operator }],
  'user.blocked': [undefined, { limit: 0 }, { limit: 51 }, { cursor: '!' }, { cursor: operator }],
  'chat.list': [
    { limit: 1.5 },
    { limit: 51 },
    { cursor: 'bm90aGluZw' },
    { cursor: operator },
    { cursor: Buffer.from(JSON.stringify([9e15, unknownId])).toString('base64url') },
  ],
  'chat.get': [undefined, { chatId: '1' }, { chatId: operator }, { chatId: [unknownId] }],
  'chat.openDirect': [undefined, { userId: operator }, { userId: 'bob' }],
  'chat.createGroup': [
    undefined,
    { name: 'x', memberIds: [] },
    { name: 'x', memberIds: ['bob'], clientId: uuid },
    { name: 'x', memberIds: operator, clientId: uuid },
    { name: 'x', memberIds: Array.from({ length: 1_001 }, () => unknownId), clientId: uuid },
    { name: ' ', memberIds: [], clientId: uuid },
    { name: 'two\nlines', memberIds: [], clientId: uuid },
    { name: 'x'.repeat(101), memberIds: [], clientId: uuid },
    { name: operator, memberIds: [], clientId: uuid },
  ],
  'chat.members': [
    { chatId: operator },
    { chatId: unknownId, query: operator },
    { chatId: unknownId, limit: 101 },
    { chatId: unknownId, cursor: operator },
  ],
  'chat.update': [
    { chatId: operator },
    { chatId: unknownId, name: '' },
    { chatId: unknownId, name: operator },
    { chatId: unknownId, avatar: 'javascript:alert(1)' },
    { chatId: unknownId, avatar: operator },
    { chatId: unknownId, historyVisible: 1 },
  ],
  'chat.addMembers': [
    { chatId: unknownId },
    { chatId: unknownId, userIds: [] },
    { chatId: unknownId, userIds: [operator] },
    { chatId: operator, userIds: [unknownId] },
    { chatId: unknownId, userIds: Array.from({ length: 1_001 }, () => unknownId) },
  ],
  'chat.removeMember': [
    { chatId: unknownId },
    { chatId: unknownId, userId: operator },
    { userId: unknownId },
  ],
  'chat.leave': [undefined, { chatId: operator }],
  'chat.setRole': [
    { chatId: unknownId, userId: unknownId },
    { chatId: unknownId, userId: unknownId, role: 'king' },
    { chatId: operator, userId: unknownId, role: 'admin' },
  ],
  'chat.createInvite': [
    { chatId: operator },
    { chatId: unknownId, usesMax: 0 },
    { chatId: unknownId, usesMax: 0.5 },
    { chatId: unknownId, expiresAt: operator },
  ],
  'chat.listInvites': [undefined, { chatId: operator }],
  'chat.revokeInvite': [
    { chatId: unknownId },
    { chatId: unknownId, code: operator },
    { code: 'x'.repeat(24) },
  ],
  'chat.join': [
    undefined,
    { code: operator },
    { code: '' },
    { code: 'x'.repeat(65) },
    { code: '$'.repeat(24) },
  ],
  'chat.readers': [{ chatId: unknownId }, { chatId: operator, seq: 1 }, { chatId: unknownId, seq: 0 }],
  'chat.explainUnread': [undefined, { chatId: operator }],
  'chat.setMine': [
    { chatId: operator },
    { chatId: unknownId, pinned: 'yes' },
    { chatId: unknownId, mutedUntil: operator },
  ],
  'chat.markUnread': [{ chatId: unknownId }, { chatId: unknownId, seq: 0 }, { chatId: operator, seq: 1 }],
  'chat.markRead': [{ chatId: unknownId }, { chatId: unknownId, seq: -1 }, { chatId: operator, seq: 1 }],
  'chat.markDelivered': [
    { chatId: unknownId },
    { chatId: unknownId, seq: 0.5 },
    { chatId: operator, seq: 1 },
  ],
  'chat.onChange': [{ lastEventId: operator }, { lastEventId: 'x'.repeat(1_000) }],
  'file.create': [
    undefined,
    { name: 'x', type: '', size: 1 },
    { name: '', type: '', size: 1, clientId: uuid },
    { name: 'a\0b', type: '', size: 1, clientId: uuid },
    { name: 'x'.repeat(256), type: '', size: 1, clientId: uuid },
    { name: operator, type: '', size: 1, clientId: uuid },
    { name: 'x', type: operator, size: 1, clientId: uuid },
    { name: 'x', type: '', size: 0, clientId: uuid },
    { name: 'x', type: '', size: 1.5, clientId: uuid },
    { name: 'x', type: '', size: 1, clientId: uuid, alt: 'x'.repeat(1_001) },
  ],
  'file.get': [undefined, { fileId: 'x' }, { fileId: operator }],
  'file.describe': [{ fileId: unknownId }, { fileId: operator, alt: 'x' }, { fileId: unknownId, alt: 7 }],
  'message.list': [
    { chatId: operator },
    { chatId: unknownId, before: '3' },
    { chatId: unknownId, before: 3, around: 3 },
    { chatId: unknownId, limit: 101 },
    { chatId: unknownId, before: operator },
  ],
  'message.search': [
    undefined,
    {},
    { query: operator },
    { query: 'x'.repeat(101) },
    { query: 'a\0' },
    { query: 'x', chatId: operator },
    { query: 'x', senderId: 'bob' },
    { query: 'x', before: operator },
    { query: 'x', after: '2026-01-01' },
    { query: 'x', hasFile: 'yes' },
    { query: 'x', limit: 51 },
    { query: 'x', cursor: operator },
    { query: 'x', cursor: 'bm90aGluZw' },
    { query: 'x', cursor: Buffer.from(JSON.stringify([9e15, null, 0, null])).toString('base64url') },
    { query: 'x', cursor: Buffer.from(JSON.stringify([1, null, 0, 1])).toString('base64url') },
  ],
  'message.changes': [
    { chatId: unknownId },
    { chatId: unknownId, afterRev: -1 },
    { chatId: operator, afterRev: 0 },
    { chatId: unknownId, afterRev: 0, limit: 501 },
  ],
  'message.send': [
    undefined,
    { chatId: unknownId, text: 'x' },
    { chatId: unknownId, text: 'x', clientId: '' },
    { chatId: unknownId, text: 'x', clientId: 'x'.repeat(129) },
    { chatId: unknownId, text: 'x', clientId: 7 },
    { chatId: unknownId, text: 'x', clientId: '\u200B' },
    { chatId: unknownId, text: 'cut \ud83d', clientId: uuid },
    { chatId: unknownId, text: '\u2800\u200B', clientId: uuid },
    { chatId: unknownId, text: '   ', clientId: uuid },
    { chatId: unknownId, text: 'x'.repeat(8_001), clientId: uuid },
    { chatId: unknownId, text: operator, clientId: uuid },
    { chatId: operator, text: 'x', clientId: uuid },
    { chatId: unknownId, text: '', clientId: uuid, attachmentIds: [] },
    { chatId: unknownId, text: '\u200B', clientId: uuid, attachmentIds: [unknownId] },
    { chatId: unknownId, text: 'x', clientId: uuid, attachmentIds: [operator] },
    {
      chatId: unknownId,
      text: 'x',
      clientId: uuid,
      attachmentIds: Array.from({ length: 11 }, () => unknownId),
    },
  ],
  'message.edit': [
    undefined,
    { messageId: unknownId, text: '\u200B' },
    { messageId: unknownId, text: operator },
    { messageId: operator, text: 'x' },
    { messageId: unknownId, text: 'x', mentions: ['bob'] },
    { messageId: unknownId, text: 'x', mentions: Array.from({ length: 51 }, () => unknownId) },
  ],
  'message.delete': [undefined, { messageId: unknownId }, { messageId: operator, for: 'everyone' }],
  'message.react': [
    { messageId: unknownId, emoji: 'ok', on: true },
    { messageId: unknownId, emoji: operator, on: true },
    { messageId: unknownId, emoji: '👍' },
    { messageId: operator, emoji: '👍', on: true },
  ],
  'message.pin': [{ messageId: unknownId }, { messageId: operator, on: true }],
  'message.forward': [
    { messageId: unknownId, toChatId: unknownId },
    { messageId: unknownId, toChatId: operator, clientId: uuid },
    { messageId: operator, toChatId: unknownId, clientId: uuid },
  ],
  'message.trace': [undefined, { messageId: operator }, { messageId: 'nope' }],
  'message.edits': [undefined, { messageId: operator }],
  'typing.set': [
    { chatId: unknownId },
    { chatId: unknownId, isTyping: 'yes' },
    { chatId: operator, isTyping: true },
  ],
  'message.onEvent': [{ chatId: operator }, { lastEventId: operator }, { lastEventId: 'x'.repeat(1_000) }],
  'message.onNew': [{ chatId: 'x' }, { lastEventId: 7 }],
  'typing.onChange': [{ chatId: operator }],
  'presence.list': [{ userIds: operator }, { userIds: ['bob'] }],
  'me.erase': [undefined, {}, { confirm: 'yes' }, { confirm: true }, { confirm: operator }],
  'device.register': [
    undefined,
    { kind: 'pigeon', token: 'x' },
    { kind: 'expo', token: 'x' },
    { kind: 'expo', token: operator },
    { kind: 'expo', token: `ExpoPushToken[${'x'.repeat(3_000)}]` },
    { kind: 'expo', token: 'ExpoPushToken[x]', label: 'x'.repeat(200) },
    { kind: 'fcm', token: 'two words' },
    { kind: 'web', endpoint: 'https://push.example/1' },
    { kind: 'web', endpoint: 'nothing', keys: { p256dh: 'x'.repeat(87), auth: 'x'.repeat(22) } },
    { kind: 'web', endpoint: operator, keys: { p256dh: 'x'.repeat(87), auth: 'x'.repeat(22) } },
    { kind: 'web', endpoint: 'https://push.example/1', keys: { p256dh: 'short', auth: operator } },
    { kind: 'web', endpoint: 'https://127.0.0.1/1', keys: { p256dh: 'x'.repeat(87), auth: 'x'.repeat(22) } },
  ],
  'device.remove': [undefined, {}, { deviceId: 'mine' }, { deviceId: operator }],
  'device.setSettings': [undefined, { showText: 'yes' }, { mentionsPassMute: operator }],
  'device.setForeground': [undefined, {}, { foreground: 'yes' }, { foreground: operator }],
  'presence.hide': [undefined, {}, { hidden: 'yes' }, { hidden: operator }],
  'presence.onChange': [
    { userIds: [operator] },
    { userIds: Array.from({ length: 201 }, () => unknownId) },
    { listed: 'yes' },
  ],
};

/** These take no input at all. */
const withoutInput = ['auth.me', 'auth.sync', 'device.list', 'device.settings', 'me.export'];

type Kind = 'query' | 'mutation' | 'subscription';

const kindOf = ({ server }: TestServer, path: string): Kind =>
  (server.router._def.procedures as unknown as Record<string, { _def: { type: Kind } }>)[path]?._def.type ??
  'query';

/** The answer as bytes on the wire, from a client that checks nothing. */
async function call(server: TestServer, path: string, { token, input }: { token?: string; input: unknown }) {
  const isMutation = kindOf(server, path) === 'mutation';
  const json = JSON.stringify(input === undefined ? undefined : { json: input });
  const query = !isMutation && json ? `?input=${encodeURIComponent(json)}` : '';
  const response = await fetch(`${server.url}/trpc/${path}${query}`, {
    method: isMutation ? 'POST' : 'GET',
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(isMutation && { 'content-type': 'application/json' }),
      ...(kindOf(server, path) === 'subscription' && { accept: 'text/event-stream' }),
    },
    ...(isMutation && json && { body: json }),
  });
  const body = kindOf(server, path) === 'subscription' ? await firstEvent(response) : await response.text();
  return { status: response.status, body };
}

/** An SSE answer goes on; what it says up to the first error or event is what matters here. */
async function firstEvent(response: Response): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    text += part.value;
    if (text.includes('serialized-error') || text.includes('"error"')) break;
  }
  await reader?.cancel();
  return text;
}

const leaks = /node_modules|\bat .+:\d+|mongo|E11000|ObjectId|stack/i;

let server: TestServer;
let alice: TestClient;
beforeAll(async () => {
  server = await startTestServer({ env: { MODERATORS: 'alice@example.test' } });
  alice = await TestClient.open(server.url, await server.tokenFor('alice'));
  const bob = await TestClient.open(server.url, await server.tokenFor('bob'));
  await alice.api.chat.openDirect.mutate({ userId: bob.me.id });
  await bob.close();
});
afterAll(async () => {
  await alice.close();
  await server[Symbol.asyncDispose]();
});

describe('bad input', () => {
  it('is known here for every procedure', () => {
    expect(Object.keys(bad).concat(withoutInput).sort()).toEqual(
      Object.keys(server.server.router._def.procedures).sort(),
    );
  });

  it.each(Object.entries(bad))(
    'is refused by %s with a typed error, and stores nothing',
    async (path, inputs) => {
      for (const input of inputs) {
        const { body } = await call(server, path, { token: alice.token, input });
        expect(body, JSON.stringify(input)).toContain('BAD_REQUEST');
        expect(body).not.toMatch(leaks);
      }

      expect(await server.app.db.collection('messages').countDocuments()).toBe(0);
      expect(await server.app.db.collection('chats').countDocuments()).toBe(1);
    },
  );

  it.each(Object.keys(bad).concat(withoutInput))(
    'does not matter to %s when nobody is signed in',
    async (path) => {
      for (const token of [undefined, 'garbage', 'a.b.c', 'null']) {
        const { body } = await call(server, path, { ...(token && { token }), input: bad[path]?.[0] });
        expect(body).toContain('UNAUTHORIZED');
        expect(body).not.toMatch(leaks);
      }
    },
  );

  it('does not bring the server down as broken JSON, as a huge body, or on a path that is not there', async () => {
    const token = await server.tokenFor('alice');
    const post = async (path: string, body: string) => {
      const response = await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body,
      });
      return { status: response.status, body: await response.text() };
    };

    for (const body of ['{"json":', 'null', '{"json":{},"meta":{"values":{"__proto__.x":["Date"]}}}']) {
      const refused = { status: 400, body: expect.stringContaining('"The request could not be understood"') };
      expect(await post('/trpc/message.send', body)).toMatchObject(refused);
    }
    expect(await post('/trpc/message.send', `"${'x'.repeat(limits.frameBytesMax)}"`)).toMatchObject({
      status: 413,
    });
    expect(await post('/trpc/message.nothing', '{}')).toMatchObject({ status: 404 });
    expect(await post('/nothing', '{}')).toMatchObject({ status: 404 });
    expect(await post('/trpcx/auth.sync', '{}')).toMatchObject({ status: 404 });
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  });
});
