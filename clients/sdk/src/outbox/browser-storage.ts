import type { ClientId, UserId } from '@whisper/shared';
import type { OutboxStorage } from './outbox-storage.ts';
import { parseDraft } from './stored-draft.ts';

/** Keeps drafts in `localStorage`, or in anything else with its shape. */
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
        .map((key) => parseDraft(storage.getItem(key) ?? ''))
        .filter((draft) => draft !== undefined);
    },
    put: (userId, draft) => shelf().setItem(keyOf(userId, draft.clientId), JSON.stringify(draft)),
    remove: (userId, clientId) => shelf().removeItem(keyOf(userId, clientId)),
  };
}
