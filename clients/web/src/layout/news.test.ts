import { ChatSchema, MessageSchema, UserSchema, neverChanged, type Chat } from '@whisper/shared';
import { expect, it } from 'vitest';
import { speak } from './announcer.tsx';
import { findNews } from './news.ts';

const alice = UserSchema.parse({ id: 'a'.repeat(24), name: 'alice', email: '', avatar: null });
const bob = UserSchema.parse({ id: 'b'.repeat(24), name: 'bob', email: '', avatar: null });
const now = new Date();

function chatWith(seq: number, sender = bob): Chat {
  const marks = { lastSeq: seq, unread: 0, readSeq: 0, theirReadSeq: 0, theirDeliveredSeq: 0 };
  const mine = { unreadMentions: 0, mutedUntil: null, pinnedAt: null, archivedAt: null };
  const base = {
    kind: 'direct',
    id: 'c'.repeat(24),
    participant: bob,
    ...mine,
    lastMessageAt: now,
    ...marks,
    createdAt: now,
  };
  const lastMessage = MessageSchema.parse({
    id: 'd'.repeat(24),
    chatId: base.id,
    sender,
    text: 'hello',
    seq,
    rev: seq,
    clientId: '7d9a4c1e-4a65-4f8e-9d5c-0a3f6a1b2c3d',
    createdAt: now,
    updatedAt: now,
    ...neverChanged,
  });
  return ChatSchema.parse({ ...base, lastMessage });
}

it('speaks what somebody else wrote', () => {
  expect(speak(findNews([chatWith(1)], [chatWith(2)], alice.id))).toBe('bob: hello');
  expect(speak(findNews([], [chatWith(1)], alice.id))).toBe('bob: hello');
});

it('is silent about what was there, and about one’s own', () => {
  expect(speak(findNews([chatWith(2)], [chatWith(2)], alice.id))).toBe('');
  expect(speak(findNews([chatWith(1)], [chatWith(2, alice)], alice.id))).toBe('');
});
