import { rowsOf, type ChatRow, type ChatSnapshot, type ChatStore, type ChatView } from '@whisper/client';
import type { Chat, ChatId } from '@whisper/shared';
import { useEffect, useMemo } from 'react';
import { useStore } from './use-store.ts';
import { useClient } from './whisper-provider.tsx';

/** One chat with its messages. The same object until something in it changes. */
export type OpenedChat = {
  /** Undefined until it is fetched. */
  readonly chat: Chat | undefined;
  /** Whether its messages are there; `failed` says why they cannot be, such as in a chat of others. */
  readonly view: ChatView;
  /** Its messages as they are to be shown: what is stored, and behind it what is on its way out or was refused. */
  readonly rows: readonly ChatRow[];
  /**
   * Queues a message, which is a row at once and is sent as soon as there is a connection. False for a text that is too
   * long, or empty without files, and when there is no client: then nothing happens.
   */
  readonly send: (text: string, options?: SendOptions) => boolean;
  /** Adds the page before the oldest message, where there is one. */
  readonly loadOlder: () => void;
  /** The person has seen everything that is held of the chat. */
  readonly markRead: () => void;
};

type SendOptions = Parameters<ChatStore['send']>[2];

const loading: ChatView = { status: 'loading' };

/**
 * A chat, opened and kept live while it is shown; going back to one of the last that were shown shows it at once. What
 * happens in another chat renders nothing.
 */
export function useChat(chatId: ChatId): OpenedChat {
  const store = useClient()?.store;
  useEffect(() => store?.holdChat(chatId), [store, chatId]);
  const chat = useStore(({ chats }) => chats.find(({ id }) => id === chatId));
  const view = useStore(({ open }) => open.get(chatId)) ?? loading;
  const selectOutbox = useMemo(() => outboxOf(chatId), [chatId]);
  const outbox = useStore(selectOutbox);
  const rows = useMemo(() => rowsOf(chatId, { view, outbox }), [chatId, view, outbox]);
  const acts = useMemo(() => actsOn(chatId, store), [chatId, store]);
  return useMemo(() => ({ chat, view, rows, ...acts }), [chat, view, rows, acts]);
}

function actsOn(chatId: ChatId, store: ChatStore | undefined) {
  return {
    send(text: string, options?: SendOptions): boolean {
      try {
        return store?.send(chatId, text, options) !== undefined;
      } catch {
        // It throws for such a text, and for nothing else.
        return false;
      }
    },
    // It fails only for good, together with the chat or the connection, which say so.
    loadOlder: () => void store?.loadOlder(chatId).catch(() => undefined),
    markRead: () => store?.markRead(chatId),
  };
}

/** Selects what is on its way out to one chat: the same array while that is the same. */
function outboxOf(chatId: ChatId): (snapshot: ChatSnapshot) => ChatSnapshot['outbox'] {
  let last: ChatSnapshot['outbox'] = [];
  return ({ outbox }) => {
    const own = outbox.filter((entry) => entry.chatId === chatId);
    const isSame = own.length === last.length && own.every((entry, index) => entry === last[index]);
    if (!isSame) last = own;
    return last;
  };
}
