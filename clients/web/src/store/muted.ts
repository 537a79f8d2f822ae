import type { Chat } from '@whisper/shared';

/** Whether its messages are not worth a notification now. */
export function isMuted({ mutedUntil }: Pick<Chat, 'mutedUntil'>): boolean {
  return mutedUntil !== null && mutedUntil.getTime() > Date.now();
}
