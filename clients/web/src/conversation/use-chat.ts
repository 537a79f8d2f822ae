import type { Chat, ChatId } from '@whisper/shared';
import { useEffect } from 'react';
import { useClient } from '../store/client-context.ts';
import { useStore } from '../store/use-store.ts';

/** A chat, held live while it is shown. Undefined until it is fetched. */
export function useChat(chatId: ChatId): Chat | undefined {
  const { store } = useClient().client;
  useEffect(() => {
    // A failure shows as the view's own status.
    void store.openChat(chatId).catch(() => undefined);
  }, [store, chatId]);
  return useStore(({ chats }) => chats.find(({ id }) => id === chatId));
}
