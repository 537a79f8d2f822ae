import { messagesOf, rowsOf, type ChatStore } from '@whisper/client/node';
import { EmojiSchema, faceOf, MessageTextSchema, type Chat, type Message } from '@whisper/shared';
import type { Command } from './entered-line.ts';

type Change = {
  readonly chat: Chat;
  readonly command: Extract<Command, '/reply' | '/edit' | '/delete' | '/react'>;
  readonly argument: string;
};

/** Changes my last message, or answers their last one. Throws what to tell the person when that cannot be. */
export function changeLast(store: ChatStore, { chat, command, argument }: Change): void {
  switch (command) {
    case '/reply':
      return void store.send(chat.id, requireText(require(argument, '/reply TEXT')), {
        replyTo: theirLast(store, chat).id,
      });
    case '/edit':
      return store.edit(myLast(store, chat), requireText(require(argument, '/edit TEXT')));
    case '/delete':
      return store.remove(myLast(store, chat));
    case '/react': {
      const emoji = require(argument, '/react EMOJI');
      if (!EmojiSchema.safeParse(emoji).success) throw new Error(`${emoji} is not one emoji`);
      return react(store, chat, emoji);
    }
  }
}

/** The last message of mine that the server has. */
export function myLastStored(store: ChatStore, chat: Chat): Message | undefined {
  const { me, open } = store.getSnapshot();
  return messagesOf(open.get(chat.id)).findLast((message) => message.sender.id === me?.id && isText(message));
}

/** Throws what to tell the person when the text cannot be a message. */
export function requireText(text: string): string {
  const { error } = MessageTextSchema.safeParse(text);
  if (error) throw new Error(`This cannot be a message: ${error.issues[0]?.message}`);
  return text;
}

/** The same emoji again takes it back. */
function react(store: ChatStore, chat: Chat, emoji: string): void {
  const { me } = store.getSnapshot();
  const message = theirLast(store, chat);
  const userIds = message.reactions.find((reaction) => reaction.emoji === emoji)?.userIds ?? [];
  const isOn = userIds.some((userId) => userId === me?.id);
  store.react(message, emoji, !isOn);
}

function require(argument: string, usage: string): string {
  if (argument === '') throw new Error(`Say it like this: ${usage}`);
  return argument;
}

/** What others wrote last, or so many before that. Throws what to tell the person when there is none. */
export function theirLast(store: ChatStore, chat: Chat, before = 0): Message {
  const { me, open } = store.getSnapshot();
  const theirs = messagesOf(open.get(chat.id)).filter(
    (message) => message.sender.id !== me?.id && isText(message),
  );
  const last = theirs.at(-1 - before);
  if (last) return last;
  if (theirs.length > 0) throw new Error(`There are ${theirs.length} messages of others here`);
  throw new Error(`${chat.kind === 'direct' ? faceOf(chat).name : 'Nobody else'} has not written yet`);
}

/** What is still on its way out counts too. */
function myLast(store: ChatStore, chat: Chat) {
  const { me, open, outbox } = store.getSnapshot();
  const last = rowsOf(chat.id, { view: open.get(chat.id), outbox })
    .map((row) => (row.state === 'sent' ? row.message : row.draft))
    .findLast((each) => 'queuedAt' in each || (each.sender.id === me?.id && isText(each)));
  if (!last) throw new Error('You have not written yet');
  return last;
}

function isText({ kind, deletedAt }: Message): boolean {
  return kind === 'text' && deletedAt === null;
}
