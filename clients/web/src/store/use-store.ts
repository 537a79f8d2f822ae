import type { ChatSnapshot } from '@whisper/client';
import { useSyncExternalStore } from 'react';
import { useClient } from './client-context.ts';

/**
 * A part of the live picture. `select` must answer the same object while its part is the same, so it picks and
 * does not build.
 */
export function useStore<T>(select: (snapshot: ChatSnapshot) => T): T {
  const { store } = useClient().client;
  return useSyncExternalStore(store.subscribe, () => select(store.getSnapshot()));
}
