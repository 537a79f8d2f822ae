import { ChatSchema, ClientIdSchema, neverChanged, UserIdSchema, type Chat } from '@whisper/shared';
import { expect, it } from 'vitest';
import { previewOf } from './preview.ts';

const clientId = ClientIdSchema.parse('7d9a4c1e-4a65-4f8e-9d5c-0a3f6a1b2c3d');
const otherId = ClientIdSchema.parse('7d9a4c1e-4a65-4f8e-9d5c-0a3f6a1b2c3e');
const bob = { id: UserIdSchema.parse('b'.repeat(24)), name: 'bob', email: '', avatar: null };
const at = new Date('2026-01-05T10:00:00');
const dates = { createdAt: at, updatedAt: at };
const ids = { id: 'd'.repeat(24), chatId: 'c'.repeat(24), clientId };
const lastMessage = { ...neverChanged, ...ids, ...dates, sender: bob, text: 'hello', seq: 1, rev: 1 };
const marks = { lastSeq: 1, unread: 0, readSeq: 0, theirReadSeq: 0, theirDeliveredSeq: 0 };
const mine = { unreadMentions: 0, mutedUntil: null, pinnedAt: null, archivedAt: null };
const base = {
  kind: 'direct',
  ...mine,
  id: ids.chatId,
  participant: bob,
  lastMessageAt: at,
  ...marks,
  createdAt: at,
};
const chat: Chat = ChatSchema.parse({ ...base, lastMessage });
const empty: Chat = ChatSchema.parse({ ...base, lastMessage: null });
const nothing = { meId: bob.id, draft: '', outbox: [] };
const draft = { kind: 'send' as const, clientId: otherId, chatId: chat.id, text: 'on its way', queuedAt: 5 };

it('shows what is being written before what waits, and that before what was said', () => {
  const outbox = [draft];
  expect(previewOf(chat, { ...nothing, outbox, draft: ' not yet ' })).toEqual({
    type: 'draft',
    text: 'not yet',
  });
  expect(previewOf(chat, { ...nothing, outbox })).toMatchObject({ type: 'waiting', text: 'on its way' });
  expect(previewOf(chat, nothing)).toEqual({ type: 'said', text: 'hello', at, by: 'You' });
  expect(previewOf(empty, nothing)).toEqual({ type: 'none' });
});

it('says who speaks in a group, and what was done there', () => {
  const ann = { ...bob, id: UserIdSchema.parse('e'.repeat(24)), name: 'ann' };
  const state = { kind: 'group', name: 'Team', avatar: null, memberCount: 2, historyVisible: true };
  const group = { ...base, ...state, myRole: 'member', lastMessage: { ...lastMessage, sender: ann } };
  expect(previewOf(ChatSchema.parse(group), nothing)).toMatchObject({ text: 'hello', by: 'ann' });
  const system = { type: 'memberAdded', users: [bob] };
  const added = { ...lastMessage, kind: 'system', sender: ann, text: '', system };
  expect(previewOf(ChatSchema.parse({ ...group, lastMessage: added }), nothing)).toMatchObject({
    text: 'ann added you',
    by: null,
  });
});

it('says that the last message was deleted', () => {
  const deleted = ChatSchema.parse({ ...base, lastMessage: { ...lastMessage, text: '', deletedAt: at } });
  expect(previewOf(deleted, nothing)).toMatchObject({ type: 'said', text: 'Message deleted' });
});

it('shows the newest of what waits or failed, until the server has it', () => {
  const failed = { ...draft, failure: { code: 'FORBIDDEN', message: 'no' } };
  expect(previewOf(chat, { ...nothing, outbox: [draft, failed] })).toMatchObject({ type: 'failed' });
  const stored = { ...draft, clientId };
  expect(previewOf(chat, { ...nothing, outbox: [stored] })).toMatchObject({ type: 'said' });
});
