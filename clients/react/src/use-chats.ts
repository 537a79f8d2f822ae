import type { Chat } from '@whisper/shared';
import { useMemo } from 'react';
import { useStore } from './use-store.ts';
import { useClient } from './whisper-provider.tsx';

/** The list of chats. The same object until something in it changes. */
export type Chats = {
  /** The newest conversation first. */
  readonly chats: readonly Chat[];
  /** False until the server told everything; what is shown before that may be from an earlier visit. */
  readonly isSynced: boolean;
  readonly hasMore: boolean;
  /** Adds the next page, where there is one. */
  readonly loadMore: () => void;
};

/** My chats, live: with their last message, what is unread, and for direct chats who it is. */
export function useChats(): Chats {
  const store = useClient()?.store;
  const chats = useStore((snapshot) => snapshot.chats);
  const isSynced = useStore((snapshot) => snapshot.isSynced);
  const hasMore = useStore((snapshot) => snapshot.hasMoreChats);
  return useMemo(
    () => ({
      ...{ chats, isSynced, hasMore },
      // It fails only for good, together with the connection, which says so.
      loadMore: () => void store?.loadMoreChats().catch(() => undefined),
    }),
    [store, chats, isSynced, hasMore],
  );
}
