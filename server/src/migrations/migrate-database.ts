import type { Connection as Database } from 'mongoose';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { expressDatabase } from './express/express-database.ts';
import type { Migration } from './migration.ts';
import { LockLost, MigrationLock } from './migration-lock.ts';
import { chatOpeners } from './chat-openers.ts';
import { members } from './members.ts';
import { messageIndexes } from './message-indexes.ts';
import { searchTerms } from './search-terms.ts';
import { searchWithoutAddresses } from './search-without-addresses.ts';

/** In the order in which they are run. New ones go to the end, and none is ever taken out or renamed. */
const allMigrations: readonly Migration[] = [
  expressDatabase,
  searchWithoutAddresses,
  chatOpeners,
  members,
  messageIndexes,
  searchTerms,
];

type Deps = { readonly db: Database; readonly clock: Clock; readonly log: Logger };

type DoneDoc = { _id: string; doneAt: Date };

/**
 * Brings what is stored into the form this version works with, and returns when it is. Of several nodes one does it and the
 * others wait; one that loses its place, because the database does not answer for a while, waits with them. Ended in the
 * middle, it goes on at the next start. Runs before the indexes are made, which old data may not fit.
 */
export async function migrateDatabase(deps: Deps, migrations = allMigrations): Promise<void> {
  while ((await findPending(deps, migrations)).length > 0) await migrateInTurn(deps, migrations);
}

async function migrateInTurn(deps: Deps, migrations: readonly Migration[]): Promise<void> {
  const lock = await MigrationLock.acquire(deps);
  try {
    for (const migration of await findPending(deps, migrations)) await run(deps, migration, lock);
  } catch (error) {
    if (!(error instanceof LockLost)) throw error;
    deps.log.warn({ err: error }, 'migrating the database anew');
  } finally {
    await lock.release();
  }
}

async function findPending({ db }: Deps, migrations: readonly Migration[]): Promise<Migration[]> {
  const done = await db.collection<DoneDoc>('migrations').find({}).toArray();
  const ids = new Set(done.map(({ _id }) => _id));
  return migrations.filter(({ id }) => !ids.has(id));
}

async function run({ db, clock, log }: Deps, migration: Migration, lock: MigrationLock): Promise<void> {
  const startedAt = clock.now();
  await migration.run({ db, log, requireLock: () => lock.requireHeld() });
  lock.requireHeld();
  await db.collection<DoneDoc>('migrations').insertOne({ _id: migration.id, doneAt: new Date(clock.now()) });
  log.debug({ migration: migration.id, ms: clock.now() - startedAt }, 'a migration is done');
}
