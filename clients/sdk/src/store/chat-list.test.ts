import {
  ChatIdSchema,
  ClientIdSchema,
  MessageIdSchema,
  neverChanged,
  UserIdSchema,
  type DirectChat,
  type LogEvent,
  type Message,
} from '@whisper/shared';
import { expect, it } from 'vitest';
import type { Connection } from '../connection/connection.ts';
import { ChatList } from './chat-list.ts';

const chatId = ChatIdSchema.parse('c'.repeat(24));
const me = UserIdSchema.parse('a'.repeat(24));
const bob = { id: UserIdSchema.parse('b'.repeat(24)), name: 'Bob', email: '', avatar: null };
const at = new Date(0);

const messageAt = (seq: number, change: Partial<Message> = {}): Message => ({
  ...neverChanged,
  id: MessageIdSchema.parse(String(seq).padStart(24, '0')),
  chatId,
  sender: bob,
  text: `text ${seq}`,
  seq,
  rev: seq,
  clientId: ClientIdSchema.parse(`client-${seq}`),
  createdAt: at,
  updatedAt: at,
  ...change,
});

const chatWith = (
  counts: Pick<DirectChat, 'lastSeq' | 'unread'> & { readonly readSeq?: number },
): DirectChat => ({
  kind: 'direct',
  id: chatId,
  participant: bob,
  lastMessage: messageAt(counts.lastSeq),
  lastMessageAt: at,
  unreadMentions: 0,
  readSeq: 0,
  theirReadSeq: 0,
  theirDeliveredSeq: 0,
  mutedUntil: null,
  pinnedAt: null,
  archivedAt: null,
  createdAt: at,
  ...counts,
});

const created = (message: Message): LogEvent => ({
  type: 'created',
  chatId,
  rev: message.rev,
  prevRev: message.rev - 1,
  message,
});

it('counts a deletion also when a message comes while it asks what is left', async () => {
  const { list, answers } = openList();
  list.put([chatWith({ lastSeq: 2, unread: 2 })]);

  const deleted = messageAt(1, { rev: 3, text: '', deletedAt: at });
  const asking = list.apply({ ...created(deleted), type: 'updated' }, me);
  await list.apply(created(messageAt(3, { rev: 4 })), me);
  answers[0]?.(chatWith({ lastSeq: 2, unread: 1 }));
  await expect.poll(() => answers.length).toBe(2);
  answers[1]?.(chatWith({ lastSeq: 3, unread: 2 }));
  await asking;

  expect(list.get(chatId)?.unread).toBe(2);
});

it('counts from where the person wants it unread again, whatever a mark of theirs says that comes before its message', async () => {
  const { list, answers } = openList();
  const unreadAgain = { readSeq: 1, unread: 0 };
  list.put([chatWith({ lastSeq: 2, ...unreadAgain })]);

  const marks = { type: 'marks', chatId, userId: me, readSeq: 2, deliveredSeq: 3 } as const;
  const asking = list.applyMarks(marks, me);
  await list.apply(created(messageAt(3)), me);
  answers[0]?.(chatWith({ lastSeq: 3, ...unreadAgain, unread: 1 }));
  await asking;

  expect(list.get(chatId)).toMatchObject({ readSeq: 1, unread: 1 });
});

/** A list whose questions of one chat wait for the answers they are given. */
function openList() {
  const answers: ((chat: DirectChat) => void)[] = [];
  const query = () => new Promise<DirectChat>((resolve) => answers.push(resolve));
  // Of a connection the list uses no more than this.
  const connection = { api: { chat: { get: { query } } }, signal: new AbortController().signal };
  const list = new ChatList(connection as unknown as Connection, {
    onChange: () => undefined,
    readHere: () => 0,
    onDelivered: () => undefined,
    isOpen: () => true,
    onGone: () => undefined,
  });
  return { list, answers };
}
