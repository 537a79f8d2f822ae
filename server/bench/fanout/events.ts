import { ChatIdSchema, ClientIdSchema, MessageIdSchema, UserIdSchema } from '@whisper/shared';
import type { MessageCreated } from '@whisper/shared';

const chatId = ChatIdSchema.parse('a'.repeat(24));
const sender = {
  id: UserIdSchema.parse('b'.repeat(24)),
  name: 'Alice Example',
  email: 'alice@example.com',
  avatar: 'https://img.example.com/alice.png',
};

/** Microseconds on the clock that all processes of a machine share. */
export function nowUs(): number {
  return Math.round(Number(process.hrtime.bigint()) / 1_000);
}

/** What stands around the time of publication inside an event's text, for the receiver to find. */
export const timeMark = '@@';

/** A message event as the product sends it, with the time of its publication in its text. */
export function makeEvent(rev: number, padding = 60): MessageCreated {
  const createdAt = new Date();
  const text = `${timeMark}${nowUs()}${timeMark}${'x'.repeat(padding)}`;
  const message = {
    id: MessageIdSchema.parse('c'.repeat(24)),
    chatId,
    sender,
    text,
    seq: rev,
    rev,
    clientId: ClientIdSchema.parse('0191d6f0-0000-7000-8000-000000000000'),
    createdAt,
    updatedAt: createdAt,
  };
  return { type: 'created', chatId, rev, message };
}
