import { useQuery } from '@tanstack/react-query';
import type { Chat, ChatId } from '@whisper/shared';
import { useEffect } from 'react';
import { useClient } from '../store/client-context.ts';
import { useStore } from '../store/use-store.ts';

/** A chat, held live while it is shown; asked for by itself when it is too old to be in the list. */
export function useChat(chatId: ChatId): Chat | undefined {
  const { api, store } = useClient().client;
  useEffect(() => {
    // A failure shows as the view's own status.
    void store.openChat(chatId).catch(() => undefined);
  }, [store, chatId]);

  const listed = useStore(({ chats }) => chats.find(({ id }) => id === chatId));
  const isLoaded = useStore(({ me }) => me !== null);
  const { data } = useQuery({
    queryKey: ['chat', chatId],
    queryFn: ({ signal }) => api.chat.get.query({ chatId }, { signal }),
    enabled: isLoaded && !listed,
  });
  return listed ?? data;
}
