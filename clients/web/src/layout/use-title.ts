import { useEffect } from 'react';
import type { Route } from '../routing/route.ts';
import { useStore } from '../store/use-store.ts';

/** The tab's title: how much is unread, and with whom one is talking. */
export function useTitle(route: Route): void {
  const unread = useStore(({ chats }) => chats.reduce((sum, chat) => sum + chat.unread, 0));
  const chatId = route.page === 'chat' ? route.chatId : null;
  const name = useStore(({ chats }) => chats.find(({ id }) => id === chatId)?.participant.name);
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${name ? `${name} · ` : ''}Whisper`;
  }, [unread, name]);
}
