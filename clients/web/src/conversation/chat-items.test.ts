import type { ChatRow } from '@whisper/client';
import {
  ChatIdSchema,
  ClientIdSchema,
  MessageIdSchema,
  UserIdSchema,
  neverChanged,
  type User,
} from '@whisper/shared';
import { expect, it } from 'vitest';
import { toChatItems } from './chat-items.ts';

const person = (name: string, digit: string): User => ({
  id: UserIdSchema.parse(digit.repeat(24)),
  name,
  email: '',
  avatar: null,
});
const alice = person('alice', 'a');
const bob = person('bob', 'b');
const chatId = ChatIdSchema.parse('c'.repeat(24));
const clientId = ClientIdSchema.parse('7d9a4c1e-4a65-4f8e-9d5c-0a3f6a1b2c3d');

function sent(sender: User, at: string, seq = 1): ChatRow {
  const date = new Date(at);
  const id = MessageIdSchema.parse('d'.repeat(24));
  const numbers = { seq, rev: seq, createdAt: date, updatedAt: date };
  return {
    state: 'sent',
    isChanging: false,
    message: { id, chatId, sender, text: at, clientId, ...numbers, ...neverChanged },
  };
}

const options = { me: alice, nameOf: () => undefined, unreadFrom: null };

const itemsOf = (rows: readonly ChatRow[], hasOlder = false) =>
  toChatItems(rows, { ...options, receiptOf: () => 'delivered', hasOlder });

it('groups what one person says in one go', () => {
  const items = itemsOf([
    sent(bob, '2026-01-05T10:00:00'),
    sent(bob, '2026-01-05T10:04:00'),
    sent(alice, '2026-01-05T10:04:30'),
    sent(alice, '2026-01-05T10:20:00'),
  ]);
  expect(items.map(({ startsGroup }) => startsGroup)).toEqual([true, false, true, true]);
  expect(items.map(({ endsGroup }) => endsGroup)).toEqual([false, true, true, true]);
  expect(items.map(({ isMine }) => isMine)).toEqual([false, false, true, true]);
  expect(items.map(({ receipt }) => receipt)).toEqual([null, null, 'delivered', 'delivered']);
});

it('begins a day, and a group, at midnight', () => {
  const items = itemsOf([sent(bob, '2026-01-05T23:59:00'), sent(bob, '2026-01-06T00:01:00')]);
  expect(items.map(({ startsDay }) => startsDay)).toEqual([true, true]);
  expect(items.map(({ startsGroup }) => startsGroup)).toEqual([true, true]);
});

it('begins what is unread, and a group, at the first unread message', () => {
  const rows = [sent(bob, '2026-01-05T10:00:00', 7), sent(bob, '2026-01-05T10:00:01', 8)];
  const items = toChatItems(rows, { ...options, receiptOf: () => 'sent', hasOlder: true, unreadFrom: 8 });
  expect(items.map(({ startsUnread }) => startsUnread)).toEqual([false, true]);
  expect(items.map(({ startsGroup }) => startsGroup)).toEqual([true, true]);
  expect(items.map(({ endsGroup }) => endsGroup)).toEqual([true, true]);
});

it('does not know whether the oldest message it holds begins its day', () => {
  expect(itemsOf([sent(bob, '2026-01-05T10:00:00')], true)[0]?.startsDay).toBe(false);
});

it('keeps the key of a message when the server has it', () => {
  const draft = {
    kind: 'send' as const,
    clientId,
    chatId,
    text: 'hi',
    queuedAt: Date.parse('2026-01-05T10:00:00'),
  };
  const [pending] = itemsOf([{ state: 'pending', draft }]);
  const [stored] = itemsOf([sent(alice, '2026-01-05T10:00:00')]);
  expect(pending?.key).toBe(stored?.key);
});
