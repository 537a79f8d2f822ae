import type { UserId } from '@whisper/shared';
import { useIsLost } from './use-connection.ts';
import { useStore } from './use-store.ts';

/** `unknown`: the server did not say yet, or cannot be heard. */
export type Presence = 'online' | 'offline' | 'unknown';

/** Whether somebody is here, as far as one can know. Of nobody it is unknown. */
export function usePresence(userId: UserId | null | undefined): Presence {
  const isLost = useIsLost();
  const presence = useStore(({ online, isSynced }) => {
    if (!userId) return 'unknown';
    if (online.has(userId)) return 'online';
    return isSynced ? 'offline' : 'unknown';
  });
  return isLost ? 'unknown' : presence;
}
