import {
  hideMessages,
  messageAt,
  neverChanged,
  putIn,
  quoteAnew,
  type Chat,
  type ChatId,
  type Message,
  type UserId,
} from '@whisper/shared';
import { isDraft, type StoredChange, type StoredEntry } from '../outbox/entry.ts';
import type { ChatView } from './open-chat.ts';

type Pending = { readonly changes: readonly StoredChange[]; readonly viewerId: UserId | undefined };

/** A message as it will be when these changes of it are done. The same object when there are none. */
export function withChanges(message: Message, { changes, viewerId }: Pending): Message {
  return changes
    .filter((change) => change.messageId === message.id || isOfOwnDraft(change, message, viewerId))
    .reduce((shown, change) => withChange(shown, change, viewerId), message);
}

/** An event may bring a message before the answer to its sending gives a change of the draft its message. */
function isOfOwnDraft({ messageId, draftId }: StoredChange, message: Message, viewerId?: UserId): boolean {
  return messageId === null && draftId === message.clientId && message.sender.id === viewerId;
}

function withChange(message: Message, change: StoredChange, viewerId: UserId | undefined): Message {
  if (message.deletedAt) return message;
  const at = new Date(change.queuedAt);
  switch (change.kind) {
    case 'edit':
      return { ...message, text: change.text, mentions: [...(change.mentions ?? [])], editedAt: at };
    case 'delete':
      return { ...message, ...neverChanged, text: '', deletedAt: at };
    case 'react':
      return viewerId === undefined ? message : withReaction(message, { ...change, viewerId });
    case 'hide':
      return message;
    case 'pin':
      return { ...message, pinnedAt: change.on ? (message.pinnedAt ?? at) : null };
  }
}

type Reacting = { readonly viewerId: UserId; readonly emoji: string; readonly on: boolean };

function withReaction(message: Message, { viewerId, emoji, on }: Reacting): Message {
  const known = message.reactions.find((each) => each.emoji === emoji);
  if ((known?.userIds.includes(viewerId) ?? false) === on) return message;
  if (!known) return { ...message, reactions: [...message.reactions, { emoji, userIds: [viewerId] }] };
  const userIds = on ? [...known.userIds, viewerId] : known.userIds.filter((id) => id !== viewerId);
  const reactions = message.reactions.map((each) => (each === known ? { emoji, userIds } : each));
  return { ...message, reactions: reactions.filter((each) => each.userIds.length > 0) };
}

type Sources = {
  readonly views: ReadonlyMap<ChatId, ChatView>;
  readonly chats: readonly Chat[];
  readonly entries: readonly StoredEntry[];
  readonly viewerId: UserId | undefined;
};

type Shown<T> = { readonly source: T; readonly changes: readonly StoredChange[]; readonly shown: T };

/** Shows what is held with the changes on their way out; what has none, or the same as before, stays the same object. */
export class Optimistic {
  #views = new Map<ChatId, Shown<ChatView>>();
  #chats = new Map<ChatId, Shown<Chat>>();
  readonly #shown: { open: ReadonlyMap<ChatId, ChatView>; chats: readonly Chat[] } = {
    open: new Map(),
    chats: [],
  };

  show({ views, chats, entries, viewerId }: Sources) {
    const changes = entries.filter((entry) => !isDraft(entry)).filter(({ failure }) => !failure);
    const pendingOf = (chatId: ChatId) => ({
      changes: changes.length === 0 ? changes : changes.filter((change) => change.chatId === chatId),
      viewerId,
    });
    this.#views = new Map(
      [...views].map(([id, view]) => {
        const last = this.#views.get(id);
        return [id, showOne(view, pendingOf(id), { last, by: showView })];
      }),
    );
    this.#chats = new Map(
      chats.map((chat) => {
        const last = this.#chats.get(chat.id);
        return [chat.id, showOne(chat, pendingOf(chat.id), { last, by: showChat })];
      }),
    );
    const open = [...this.#views].map(([id, { shown }]) => [id, shown] as const);
    if (!isSame(open.flat(), [...this.#shown.open].flat())) this.#shown.open = new Map(open);
    const shownChats = [...this.#chats.values()].map(({ shown }) => shown);
    if (!isSame(shownChats, this.#shown.chats)) this.#shown.chats = shownChats;
    return { ...this.#shown };
  }
}

type Showing<T> = {
  readonly last: Shown<T> | undefined;
  readonly by: (source: T, pending: Pending) => T;
};

function showOne<T>(source: T, pending: Pending, { last, by }: Showing<T>): Shown<T> {
  const { changes } = pending;
  if (last && last.source === source && isSame(last.changes, changes)) return last;
  return { source, changes, shown: changes.length === 0 ? source : by(source, pending) };
}

function isSame<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}

function showView(view: ChatView, pending: Pending): ChatView {
  if (view.status !== 'ready') return view;
  const { log } = view;
  const touched = new Set(
    pending.changes.flatMap((change) => find(log.messages, change, pending.viewerId) ?? []),
  );
  const changed = [...touched].flatMap((message) => {
    const shown = withChanges(message, pending);
    return shown === message ? [] : [shown];
  });
  const hidden = new Set(
    pending.changes.flatMap((change) => (change.kind === 'hide' ? (placeOf(change, touched) ?? []) : [])),
  );
  const messages = changed.length === 0 ? log.messages : quoteAnew(putIn(log.messages, changed), changed);
  const seen = hideMessages(messages === log.messages ? log : { ...log, messages }, hidden);
  return seen === log ? view : { ...view, log: seen };
}

function placeOf({ seq, messageId }: StoredChange, touched: ReadonlySet<Message>): number | undefined {
  return seq ?? [...touched].find(({ id }) => id === messageId)?.seq;
}

/** The message that a change is about, if it is held. */
function find(messages: readonly Message[], change: StoredChange, viewerId?: UserId): Message | undefined {
  const { seq, messageId } = change;
  const known = seq === undefined ? undefined : messageAt(messages, seq);
  if (known && known.id === messageId) return known;
  return messages.find((message) => message.id === messageId || isOfOwnDraft(change, message, viewerId));
}

function showChat(chat: Chat, pending: Pending): Chat {
  const lastMessage = chat.lastMessage && withChanges(chat.lastMessage, pending);
  return lastMessage === chat.lastMessage ? chat : { ...chat, lastMessage };
}
