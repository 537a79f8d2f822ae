import type { UserId } from '@whisper/shared';
import { useIsLost } from './use-is-lost.ts';
import { useStore } from './use-store.ts';

/** Whether somebody is here, as far as one can know: without a connection nobody is. */
export function useIsOnline(userId: UserId | undefined): boolean {
  const isLost = useIsLost();
  const isOnline = useStore(({ online }) => userId !== undefined && online.has(userId));
  return isOnline && !isLost;
}
