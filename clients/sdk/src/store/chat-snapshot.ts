import { marksOf } from '@whisper/shared';
import type { Blocked, Chat, ChatId, ClientId, Me, Message, MessageId, UserId } from '@whisper/shared';
import type { ConnectionState } from '../connection/connection.ts';
import { isDraft, type StoredChange, type StoredDraft, type StoredEntry } from '../outbox/entry.ts';
import type { ChatView } from './open-chat.ts';

/**
 * Everything a chat screen shows, at one moment. Never mutated; parts that did not change keep their identity. Chats
 * and messages are shown as they will be when what is in the outbox is done.
 */
export type ChatSnapshot = {
  readonly connection: ConnectionState;
  /** The signed-in person; null until the server said who it is. */
  readonly me: Me | null;
  /** Chats and presence are there, and what was missed while away has arrived. */
  readonly isSynced: boolean;
  /** Newest conversation first. */
  readonly chats: readonly Chat[];
  readonly hasMoreChats: boolean;
  /** The chats opened with `openChat`. */
  readonly open: ReadonlyMap<ChatId, ChatView>;
  /** My messages and changes that the server does not have yet, in the order of sending. */
  readonly outbox: readonly StoredEntry[];
  readonly typing: ReadonlyMap<ChatId, readonly UserId[]>;
  readonly online: ReadonlySet<UserId>;
  /** Whom I block, the latest first: their messages in groups are mine to fold. */
  readonly blocked: readonly Blocked[];
};

/** A change that the server refused; `retry` and `discard` of the store take its `clientId`. */
export type RefusedChange = {
  readonly clientId: ClientId;
  readonly kind: StoredChange['kind'];
  readonly code: string;
  readonly message: string;
};

/** One line of a conversation. */
export type ChatRow =
  | {
      readonly state: 'sent';
      readonly message: Message;
      /** A change of it is on its way out. */
      readonly isChanging: boolean;
      /** The latest change of it that was refused; the message is shown without it. */
      readonly failure?: RefusedChange;
    }
  | { readonly state: 'pending' | 'failed'; readonly draft: StoredDraft };

/** What is held of a chat, in ascending `seq`; nothing while it is not open. */
export function messagesOf(view: ChatView | undefined): readonly Message[] {
  return view?.status === 'ready' ? view.log.messages : [];
}

type Shown = { readonly view: ChatView | undefined; readonly outbox: readonly StoredEntry[] };

/** The lines of an open chat: what is stored, then, where the newest messages are held, what is on its way out. */
export function rowsOf(chatId: ChatId, { view, outbox }: Shown): ChatRow[] {
  const messages = messagesOf(view);
  const entries = outbox.filter((entry) => entry.chatId === chatId);
  const isPart = view?.status === 'ready' && view.log.hasNewer;
  const drafts = isPart ? [] : entries.filter(isDraft);
  const changes = entries.filter((entry) => !isDraft(entry));
  // An event may bring a message before the answer to its sending does.
  const waiting = new Set(drafts.map(({ clientId }) => clientId));
  for (const { clientId } of waiting.size > 0 ? messages : []) waiting.delete(clientId);
  return [
    ...messages.map((message) => ({ state: 'sent' as const, message, ...toProgress(message.id, changes) })),
    ...drafts
      .filter(({ clientId }) => waiting.has(clientId))
      .flatMap((draft) => withOwnChanges(draft, changes))
      .map((draft) => ({ state: draft.failure ? ('failed' as const) : ('pending' as const), draft })),
  ];
}

function toProgress(messageId: MessageId, changes: readonly StoredChange[]) {
  const own = changes.length > 0 ? changes.filter((change) => change.messageId === messageId) : [];
  const refused = own.findLast((change) => change.failure);
  const isChanging = own.some((change) => !change.failure);
  if (!refused?.failure) return { isChanging };
  const { clientId, kind, failure } = refused;
  return { isChanging, failure: { clientId, kind, ...failure } };
}

/** A draft that was edited or taken back while it was under way. */
function withOwnChanges(draft: StoredDraft, changes: readonly StoredChange[]): StoredDraft[] {
  const own = changes.filter((change) => change.draftId === draft.clientId && !change.failure);
  if (own.some(({ kind }) => kind === 'delete')) return [];
  const text = own.findLast((change) => change.kind === 'edit')?.text;
  return [text === undefined ? draft : { ...draft, text }];
}

/**
 * How far a message of mine has come: stored, on a device of everybody else in the chat, or seen by all of them. Whoever has
 * read it has received it. In a group of more than `limits.smallChatMax` people it stays `sent`.
 */
export function receiptOf(chat: Chat, { seq }: Pick<Message, 'seq'>): 'sent' | 'delivered' | 'read' {
  const others = marksOf(chat);
  if (others.length === 0) return 'sent';
  if (others.every(({ readSeq }) => seq <= readSeq)) return 'read';
  return others.every(({ deliveredSeq }) => seq <= deliveredSeq) ? 'delivered' : 'sent';
}
