import type { Connection as Database } from 'mongoose';
import { messagesOf } from '../collections.ts';
import { dropMessageIndexes } from '../message-indexes.ts';

const name = 'migration_order';

/** A chat's messages in the order in which they were written: `createdAt`, then `_id`. */
export const order = { chat: 1, createdAt: 1, _id: 1 } as const;

/** Makes that order cheap while the migration lasts. Idempotent. */
export async function ensureOrderIndex(db: Database): Promise<void> {
  await messagesOf(db).createIndex(order, { name });
}

export function dropOrderIndex(db: Database): Promise<void> {
  return dropMessageIndexes(db, [name]);
}
