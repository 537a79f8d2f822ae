import { ChatIdSchema, ClientIdSchema, MessageIdSchema, UserIdSchema, neverChanged } from '@whisper/shared';
import type { MessageCreated } from '@whisper/shared';
import { stampedText } from '../clock.ts';

const chatId = ChatIdSchema.parse('a'.repeat(24));
const sender = {
  id: UserIdSchema.parse('b'.repeat(24)),
  name: 'Alice Example',
  email: 'alice@example.com',
  avatar: 'https://img.example.com/alice.png',
};

/** A message event as the product sends it, with the time of its publication in its text. */
export function makeEvent(rev: number, padding?: number): MessageCreated {
  const createdAt = new Date();
  const message = {
    id: MessageIdSchema.parse('c'.repeat(24)),
    chatId,
    sender,
    text: stampedText(padding),
    seq: rev,
    rev,
    clientId: ClientIdSchema.parse('0191d6f0-0000-7000-8000-000000000000'),
    createdAt,
    updatedAt: createdAt,
    ...neverChanged,
  };
  return { type: 'created', chatId, rev, prevRev: rev - 1, message };
}
