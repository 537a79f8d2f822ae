import type { ClientId, UserId } from '@whisper/shared';
import type { OutboxStorage } from './outbox-storage.ts';
import { parseEntry } from './stored-entry.ts';

/** Keeps entries in `localStorage`, or in anything else with its shape. */
export function browserStorage(given?: Storage): OutboxStorage {
  // Asked for only when it is used: where it is forbidden, touching it throws.
  const shelf = () => given ?? localStorage;
  const prefixOf = (userId: UserId) => `whisper:outbox:${userId}:`;
  const keyOf = (userId: UserId, clientId: ClientId) => prefixOf(userId) + clientId;
  return {
    list(userId) {
      const storage = shelf();
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
      return keys
        .filter((key) => key.startsWith(prefixOf(userId)))
        .map((key) => parseEntry(storage.getItem(key) ?? ''))
        .filter((entry) => entry !== undefined);
    },
    put: (userId, entry) => shelf().setItem(keyOf(userId, entry.clientId), JSON.stringify(entry)),
    remove: (userId, clientId) => shelf().removeItem(keyOf(userId, clientId)),
  };
}
