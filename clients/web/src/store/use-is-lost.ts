import { useSyncExternalStore } from 'react';
import { useClient } from './client-context.ts';

/** The connection has been down for long enough to say so. */
export function useIsLost(): boolean {
  const { loss } = useClient();
  return useSyncExternalStore(loss.subscribe, loss.getSnapshot);
}
