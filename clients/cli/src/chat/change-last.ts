import { messagesOf, rowsOf, type ChatStore } from '@whisper/client/node';
import { faceOf, EmojiSchema, type Chat } from '@whisper/shared';
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
      return void store.send(chat.id, require(argument, '/reply TEXT'), {
        replyTo: theirLast(store, chat).id,
      });
    case '/edit':
      return store.edit(myLast(store, chat), require(argument, '/edit TEXT'));
    case '/delete':
      return store.remove(myLast(store, chat));
    case '/react': {
      const emoji = require(argument, '/react EMOJI');
      if (!EmojiSchema.safeParse(emoji).success) throw new Error(`${emoji} is not one emoji`);
      return react(store, chat, emoji);
    }
  }
}

/** The same emoji again takes it back. */
function react(store: ChatStore, chat: Chat, emoji: string): void {
  const message = theirLast(store, chat);
  const mine = message.reactions.find((reaction) => reaction.emoji === emoji)?.userIds ?? [];
  const isOn = mine.some((userId) => userId !== faceOf(chat).id);
  store.react(message, emoji, !isOn);
}

function require(argument: string, usage: string): string {
  if (argument === '') throw new Error(`Say it like this: ${usage}`);
  return argument;
}

function theirLast(store: ChatStore, chat: Chat) {
  const { id } = chat;
  const participant = faceOf(chat);
  const last = messagesOf(store.getSnapshot().open.get(id)).findLast(
    ({ sender, deletedAt }) => sender.id === participant.id && !deletedAt,
  );
  if (!last) throw new Error(`${participant.name} has not written yet`);
  return last;
}

/** What is still on its way out counts too. */
function myLast(store: ChatStore, chat: Chat) {
  const { id } = chat;
  const participant = faceOf(chat);
  const { open, outbox } = store.getSnapshot();
  const last = rowsOf(id, { view: open.get(id), outbox })
    .map((row) => (row.state === 'sent' ? row.message : row.draft))
    .findLast((each) => 'queuedAt' in each || (each.sender.id !== participant.id && !each.deletedAt));
  if (!last) throw new Error('You have not written yet');
  return last;
}
