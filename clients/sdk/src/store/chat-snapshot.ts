import type { Chat, ChatId, Me, Message, UserId } from '@whisper/shared';
import type { ConnectionState } from '../connection/connection.ts';
import type { StoredDraft } from '../outbox/outbox-storage.ts';
import type { ChatView } from './open-chat.ts';

/** Everything a chat screen shows, at one moment. Never mutated; parts that did not change keep their identity. */
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
  /** My messages that the server does not have yet, in the order of sending. */
  readonly outbox: readonly StoredDraft[];
  readonly typing: ReadonlyMap<ChatId, readonly UserId[]>;
  readonly online: ReadonlySet<UserId>;
};

/** One line of a conversation. */
export type ChatRow =
  | { readonly state: 'sent'; readonly message: Message }
  | { readonly state: 'pending' | 'failed'; readonly draft: StoredDraft };

/** What is held of a chat, in ascending `seq`; nothing while it is not open. */
export function messagesOf(view: ChatView | undefined): readonly Message[] {
  return view?.status === 'ready' ? view.log.messages : [];
}

type Shown = { readonly view: ChatView | undefined; readonly outbox: readonly StoredDraft[] };

/** The lines of an open chat: what is stored, then what is on its way out. */
export function rowsOf(chatId: ChatId, { view, outbox }: Shown): ChatRow[] {
  const messages = messagesOf(view);
  const drafts = outbox.filter((draft) => draft.chatId === chatId);
  // An event may bring a message before the answer to its sending does.
  const waiting = new Set(drafts.map(({ clientId }) => clientId));
  for (const { clientId } of waiting.size > 0 ? messages : []) waiting.delete(clientId);
  return [
    ...messages.map((message) => ({ state: 'sent' as const, message })),
    ...drafts
      .filter(({ clientId }) => waiting.has(clientId))
      .map((draft) => ({ state: draft.failure ? ('failed' as const) : ('pending' as const), draft })),
  ];
}
