import type { Migration, MigrationDeps } from '../migration.ts';
import { usersOf } from '../collections.ts';
import { buryMissingPeople } from './bury-missing-people.ts';
import { fillChats } from './fill-chats.ts';
import { fillUsers } from './fill-users.ts';
import { mergeChats } from './merge-chats.ts';
import { numberMessages } from './number-messages.ts';
import { dropOrderIndex } from './order-index.ts';

/**
 * A database as the earlier Express and mongoose backend leaves it becomes ours: messages without numbers, chats without a
 * pair key and two of the same people, people who are gone. Each step does only what is missing, so that any of them may
 * end in the middle. That app must not write to the database any more.
 */
export const expressDatabase: Migration = { id: '0001-express-database', run };

async function run(deps: MigrationDeps): Promise<void> {
  await dropUniqueAddresses(deps);
  const people = await fillUsers(deps);
  const merged = await mergeChats(deps);
  const messages = await numberMessages(deps);
  const missing = await buryMissingPeople(deps);
  const chats = await fillChats(deps);
  await dropOrderIndex(deps.db);
  const counts = { people, chats, messages, merged, missing };
  if (Object.values(counts).some((count) => count > 0)) {
    deps.log.info(counts, 'migrated: the database of the Express backend is ours');
  }
}

/** The old backend's index allowed an address once; there are people without any, and the deleted are. */
async function dropUniqueAddresses({ db }: MigrationDeps): Promise<void> {
  const collections = await db.listCollections();
  if (!collections.some(({ name }) => name === 'users')) return;
  const indexes = await usersOf(db).indexes();
  if (indexes.some(({ name, unique }) => name === 'email_1' && unique))
    await usersOf(db).dropIndex('email_1');
}
