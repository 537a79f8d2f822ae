import type { Connection as Database } from 'mongoose';
import { messagesOf } from './collections.ts';
import type { Migration, MigrationDeps } from './migration.ts';

/** Indexes of 0.1.0 that nothing reads by any more: a place in a chat is now unique, by an index of another name. */
const outdated = ['chat_1_seq_-1', 'chat_1_changedAt_1'];

export const messageIndexes: Migration = { id: '0005-message-indexes', run };

async function run({ db, requireLock }: MigrationDeps): Promise<void> {
  requireLock();
  await dropMessageIndexes(db, outdated);
}

/** Idempotent. */
export async function dropMessageIndexes(db: Database, names: readonly string[]): Promise<void> {
  const collections = await db.listCollections();
  if (!collections.some((each) => each.name === 'messages')) return;
  const indexes = await messagesOf(db).indexes();
  const found = indexes.flatMap(({ name }) => (name !== undefined && names.includes(name) ? [name] : []));
  for (const name of found) await messagesOf(db).dropIndex(name);
}
