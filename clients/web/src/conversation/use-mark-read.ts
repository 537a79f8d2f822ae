import type { Chat } from '@whisper/shared';
import { useEffect, useSyncExternalStore } from 'react';
import { useClient } from '../store/client-context.ts';

/** Marks the chat read while its end is in sight of somebody who looks at this window. */
export function useMarkRead(chat: Chat, isAtEnd: boolean): void {
  const { store } = useClient().client;
  const isLooking = useSyncExternalStore(subscribe, isLookedAt);
  const { id, unread, lastMessage } = chat;
  useEffect(() => {
    if (isLooking && isAtEnd && unread > 0) store.markRead(id);
  }, [store, isLooking, isAtEnd, id, unread, lastMessage?.seq]);
}

function isLookedAt(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function subscribe(listener: () => void): () => void {
  addEventListener('focus', listener);
  addEventListener('blur', listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    removeEventListener('focus', listener);
    removeEventListener('blur', listener);
    document.removeEventListener('visibilitychange', listener);
  };
}
