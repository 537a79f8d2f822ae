import type { ClientId, UserId } from '@whisper/shared';
import type { OutboxStorage, StoredDraft } from './outbox-storage.ts';

/** Keeps drafts for as long as the object lives. */
export function memoryStorage(): OutboxStorage {
  const drafts = new Map<string, StoredDraft>();
  const keyOf = (userId: UserId, clientId: ClientId) => `${userId}:${clientId}`;
  return {
    list: (userId) => [...drafts].filter(([key]) => key.startsWith(`${userId}:`)).map(([, draft]) => draft),
    put: (userId, draft) => void drafts.set(keyOf(userId, draft.clientId), draft),
    remove: (userId, clientId) => void drafts.delete(keyOf(userId, clientId)),
  };
}
