import type { ChatId, ClientId, UserId } from '@whisper/shared';

/** A message on its way out, as it is kept. */
export type StoredDraft = {
  readonly clientId: ClientId;
  readonly chatId: ChatId;
  readonly text: string;
  /** Epoch milliseconds, made unique so that it is also the order of sending. */
  readonly queuedAt: number;
  /** Set when the server refused it for good and a person must decide. */
  readonly failure?: { readonly code: string; readonly message: string };
};

/**
 * Where drafts outlive the process, each under its own key, so that two tabs or processes of one person do not
 * overwrite each other. Every function may answer at once or later, throw, reject or not answer at all: a draft
 * waits a moment for `put` before it leaves the device, and what failed is tried again. `remove` of what is not
 * there is harmless.
 */
export interface OutboxStorage {
  /** In any order. Leaves out what cannot be read. */
  list(userId: UserId): Promise<readonly StoredDraft[]> | readonly StoredDraft[];
  put(userId: UserId, draft: StoredDraft): Promise<void> | void;
  remove(userId: UserId, clientId: ClientId): Promise<void> | void;
}
