import type { ChatSnapshot, Observable } from '@whisper/client';
import { useSyncExternalStore } from 'react';
import { useClient } from './whisper-provider.tsx';

/** What a client shows before it has heard of anything. */
const nothing: ChatSnapshot = {
  connection: { status: 'connecting' },
  me: null,
  isSynced: false,
  chats: [],
  hasMoreChats: false,
  open: new Map(),
  outbox: [],
  typing: new Map(),
  online: new Set(),
  blocked: [],
};

const noStore: Observable<ChatSnapshot> = {
  getSnapshot: () => nothing,
  subscribe: () => () => undefined,
};

/**
 * A part of the live picture; the component renders when that part changes, and for nothing else. `select` must answer
 * the same object while its part is the same, so it picks and does not build: `useStore(({ me }) => me)`.
 */
export function useStore<T>(select: (snapshot: ChatSnapshot) => T): T {
  const store = useClient()?.store ?? noStore;
  return useSyncExternalStore(
    store.subscribe,
    () => select(store.getSnapshot()),
    () => select(nothing),
  );
}
