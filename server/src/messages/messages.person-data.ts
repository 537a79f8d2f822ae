import type { ChatId, ExportRow, Message, MessageId, UserId } from '@whisper/shared';
import { findWritable } from '../chats/find-writable.ts';
import { listChatsEver } from '../chats/list-chats-ever.ts';
import type { DataSubject, Erased, HoldsPersonData } from '../platform/person-data.ts';
import type { MessagesDeps } from './deps.ts';
import {
  countOf,
  countWritten,
  findForwarded,
  findIn,
  findWritten,
  type Found,
} from './log/find-of-person.ts';
import { withoutPerson } from './log/changes.ts';

type Deps = Pick<MessagesDeps, 'db' | 'messageLog'>;

/**
 * What a person wrote, and where others' messages name them. Erased through the log, so that every client learns of it: of the
 * person's own messages the place stays, of others' all but the person.
 */
export function messagesPersonData(deps: Deps): HoldsPersonData {
  return {
    place: 'messages',
    holds: 'what a person wrote and its earlier texts; in others’ messages their reactions and who is named',
    exportRows: (subject) => exportAll(deps, subject),
    erase: (erased) => eraseAll(deps, erased),
    count: async ({ userId }) => {
      let count = await countWritten(deps.db, userId);
      for (const chatId of await listChatsEver(deps.db, userId))
        count += await countOf(deps.db, chatId, userId);
      return count;
    },
  };
}

/** Chat by chat, in the order in which it was written. */
async function* exportAll({ db }: Deps, { userId }: DataSubject): AsyncGenerator<ExportRow> {
  for (const chatId of await listChatsEver(db, userId)) {
    for await (const page of findIn(db, chatId, userId)) {
      for (const found of page) yield* toRows(found, userId);
    }
  }
  for await (const { message } of findForwarded(db, userId)) yield toNamed('forward', message);
}

function* toRows({ message, edits }: Found, userId: UserId): Generator<ExportRow> {
  if (message.sender.id === userId) {
    yield { kind: 'message', message: withoutOthersText(message, userId), edits };
    return;
  }
  for (const { emoji, userIds } of message.reactions) {
    if (userIds.includes(userId)) {
      yield { kind: 'reaction', chatId: message.chatId, messageId: message.id, emoji };
    }
  }
  if (message.mentions.includes(userId)) yield toNamed('mention', message);
}

function withoutOthersText(message: Message, userId: UserId): Message {
  const { replyTo } = message;
  return replyTo && replyTo.sender.id !== userId
    ? { ...message, replyTo: { ...replyTo, excerpt: '' } }
    : message;
}

function toNamed(kind: 'mention' | 'forward', { chatId, id, sender, createdAt }: Message): ExportRow {
  return { kind, chatId, messageId: id, by: sender.id, writtenAt: createdAt };
}

/** Messages that are changed at once; others' sends to the chat wait for no more than these. */
const stepSize = 10;

async function* eraseAll(deps: Deps, erased: Erased): AsyncGenerator<number> {
  const { db } = deps;
  for (;;) {
    const written = await findWritten(db, erased.userId, stepSize);
    if (written.length === 0) break;
    yield await change(deps, written, erased);
  }
  for (const chatId of await listChatsEver(db, erased.userId)) {
    for await (const page of findIn(db, chatId, erased.userId)) {
      const places = page.map(({ message }) => ({ chatId, messageId: message.id }));
      for (let at = 0; at < places.length; at += stepSize) {
        yield await change(deps, places.slice(at, at + stepSize), erased);
      }
    }
  }
  for await (const { message } of findForwarded(db, erased.userId)) {
    yield await change(deps, [{ chatId: message.chatId, messageId: message.id }], erased);
  }
}

type Place = { readonly chatId: ChatId; readonly messageId: MessageId };

async function change({ db, messageLog }: Deps, places: readonly Place[], erased: Erased): Promise<number> {
  await Promise.all(
    places.map(async ({ chatId, messageId }) => {
      const chat = await findWritable(db, chatId);
      await messageLog.change(chat, { messageId, by: 'nobody', change: withoutPerson(erased) });
    }),
  );
  return places.length;
}
