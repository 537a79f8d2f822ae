import type { Connection as Database } from 'mongoose';
import type { Logger } from '../platform/logger.ts';

/** What a migration works with. */
export type MigrationDeps = {
  readonly db: Database;
  readonly log: Logger;
  /** Throws when another node may be migrating meanwhile. Called before every write. */
  readonly requireLock: () => void;
};

/**
 * One change to what is stored, from one form to the next. It may end at any point, by a crash too, and is then run again
 * from its start: whatever it did must not be done twice. It finds nothing to do where the data is newer. It reads the
 * collections as they are, not through the models, which say what data will be after it.
 */
export type Migration = {
  /** For ever the same: the database remembers by it what was done. */
  readonly id: string;
  run(deps: MigrationDeps): Promise<void>;
};
