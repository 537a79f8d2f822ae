import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Ground } from '../testing/blocked-ground.ts';
import { BlockedView } from '../testing/blocked-view.ts';
import { startTestServer } from '../testing/index.ts';

type Call = readonly [string, (ground: Ground) => unknown];

const inChat =
  (more: object = {}) =>
  (ground: Ground) => ({ chatId: ground.chatId, ...more });

/** Everything that bob can ask for that might tell of alice, or take something to her. */
const calls: readonly Call[] = [
  ['auth.me', () => undefined],
  ['auth.sync', () => undefined],
  ['user.list', () => ({})],
  ['user.list', () => ({ query: 'ali' })],
  ['user.get', ({ aliceId }) => ({ userId: aliceId })],
  ['user.blocked', () => ({})],
  ['presence.list', ({ aliceId }) => ({ userIds: [aliceId], listed: true })],
  ['chat.list', () => ({})],
  ['chat.get', inChat()],
  ['chat.get', ({ groupId }) => ({ chatId: groupId })],
  ['chat.openDirect', ({ aliceId }) => ({ userId: aliceId })],
  ['chat.members', inChat()],
  ['chat.members', ({ groupId }) => ({ chatId: groupId })],
  ['chat.readers', inChat({ seq: 1 })],
  ['chat.readers', ({ groupId }) => ({ chatId: groupId, seq: 1 })],
  ['typing.set', inChat({ isTyping: true })],
  ['message.send', ({ chatId, key }) => ({ chatId, text: 'are you there?', clientId: key() })],
  ['message.send', ({ chatId, key, alices }) => ({ chatId, text: 'so?', clientId: key(), replyTo: alices })],
  [
    'message.send',
    ({ chatId, key, aliceId }) => ({ chatId, text: '@a', clientId: key(), mentions: [aliceId] }),
  ],
  [
    'message.forward',
    ({ chatId, key, alices }) => ({ messageId: alices, toChatId: chatId, clientId: key() }),
  ],
  ['message.edit', ({ bobs, key }) => ({ messageId: bobs, text: `hello alice, ${key()}` })],
  ['message.react', ({ alices }) => ({ messageId: alices, emoji: '🎉', on: true })],
  ['message.pin', ({ alices }) => ({ messageId: alices, on: true })],
  ['message.edits', ({ bobs }) => ({ messageId: bobs })],
  ['message.list', inChat()],
  ['message.changes', inChat({ afterRev: 0 })],
  ['chat.markRead', inChat({ seq: 3 })],
  ['chat.markDelivered', inChat({ seq: 4 })],
  ['chat.markUnread', inChat({ seq: 2 })],
  ['chat.explainUnread', inChat()],
  ['chat.setMine', inChat({ pinned: true })],
  ['chat.createGroup', ({ aliceId, key }) => ({ name: 'New', memberIds: [aliceId], clientId: key() })],
  ['chat.addMembers', ({ otherGroupId, aliceId }) => ({ chatId: otherGroupId, userIds: [aliceId] })],
  ['chat.members', ({ otherGroupId }) => ({ chatId: otherGroupId })],
  [
    'message.send',
    ({ otherGroupId, key, aliceId }) => ({
      ...{ chatId: otherGroupId, text: '@alice', clientId: key(), mentions: [aliceId] },
    }),
  ],
  ['chat.setRole', ({ groupId, aliceId }) => ({ chatId: groupId, userId: aliceId, role: 'admin' })],
  ['chat.update', ({ groupId, key }) => ({ chatId: groupId, name: key() })],
  ['chat.createInvite', ({ groupId }) => ({ chatId: groupId })],
  ['chat.listInvites', ({ groupId }) => ({ chatId: groupId })],
  ['chat.revokeInvite', ({ groupId, code }) => ({ chatId: groupId, code })],
  ['chat.join', ({ code }) => ({ code })],
  ['chat.leave', ({ groupId }) => ({ chatId: groupId })],
  ['message.delete', ({ bobs }) => ({ messageId: bobs, for: 'me' })],
  ['chat.removeMember', ({ otherGroupId, aliceId }) => ({ chatId: otherGroupId, userId: aliceId })],
  ['presence.hide', () => ({ hidden: false })],
];

const lines = [
  'GET /api/auth/me',
  'GET /api/users',
  'GET /api/chats',
  'POST /api/chats/with/:aliceId',
  'GET /api/messages/chat/:chatId',
];

/** Of these bob is answered about himself alone, or they end what the others ask about. */
const apart = ['auth.refresh', 'user.block', 'user.unblock'];

/** What a call of a procedure that has no row above may name. */
const anything = (ground: Ground) => ({
  ...{ chatId: ground.chatId, messageId: ground.alices, userId: ground.aliceId, userIds: [ground.aliceId] },
  ...{
    query: 'hello',
    text: 'hello',
    clientId: ground.key(),
    seq: 1,
    limit: 10,
    state: 'open',
    reason: 'other',
  },
});

async function restOfProcedures(): Promise<Call[]> {
  await using server = await startTestServer({ isAlone: true });
  const known = new Set([...calls.map(([path]) => path), ...apart]);
  const procedures = Object.entries(
    server.server.router._def.procedures as unknown as Record<string, { _def: { type: string } }>,
  );
  return procedures
    .filter(([path, { _def }]) => _def.type !== 'subscription' && !known.has(path))
    .map(([path]) => [path, anything]);
}

/** Where two texts begin to differ, with some of what stands around. */
function firstDifference(name: string, one: string, other: string): readonly string[] {
  const at = Array.from({ length: one.length }).findIndex((_, index) => one[index] !== other[index]);
  const near = (text: string) => text.slice(Math.max(0, at - 200), at + 700);
  return [name, near(one), near(other)];
}

it('a blocked person is answered and told the same, byte for byte, as if the other were offline', async () => {
  const all = [...calls, ...(await restOfProcedures())];
  const record = async (what: 'offline' | 'blocked') => {
    await using world = await BlockedView.start(what);
    return await world.record(all, lines);
  };

  const [offline, blocked] = await Promise.all([record('offline'), record('blocked')]);

  expect([...blocked.keys()]).toEqual([...offline.keys()]);
  const leaks = [...offline].flatMap(([name, text]) =>
    blocked.get(name) === text ? [] : [firstDifference(name, text, blocked.get(name) ?? '')],
  );
  expect(leaks).toEqual([]);
  const told = await readFile(new URL('../../../docs/blocking.md', import.meta.url), 'utf8');
  const rows = [...told.matchAll(/^\| (HTTP|WebSocket|SSE|REST|Socket\.IO) \| `([^`]+)` \| nothing \|$/gm)];
  const compared = [...offline.keys()].map((name) => name.replace(/( resumed)? \d+$/, '$1'));
  expect(compared).toEqual(expect.arrayContaining(rows.map(([, wire, name]) => `${wire} ${name}`)));
  expect(rows.length).toBeGreaterThan(80);
}, 240_000);
