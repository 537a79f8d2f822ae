import type { ClientId, UserId } from '@whisper/shared';
import type { OutboxStorage, StoredEntry } from './outbox-storage.ts';

/** Keeps entries for as long as the object lives. */
export function memoryStorage(): OutboxStorage {
  const entries = new Map<string, StoredEntry>();
  const keyOf = (userId: UserId, clientId: ClientId) => `${userId}:${clientId}`;
  return {
    list: (userId) => [...entries].filter(([key]) => key.startsWith(`${userId}:`)).map(([, entry]) => entry),
    put: (userId, entry) => void entries.set(keyOf(userId, entry.clientId), entry),
    remove: (userId, clientId) => void entries.delete(keyOf(userId, clientId)),
  };
}
