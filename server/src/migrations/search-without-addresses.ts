import { toComparable } from '@whisper/shared';
import { searchKeysOf } from '../users/search-keys.ts';
import { usersOf, walk, writeAll, type AnyUser } from './collections.ts';
import type { Migration, MigrationDeps } from './migration.ts';

/** People were found by the beginning of their e-mail address; now by the whole of it. */
export const searchWithoutAddresses: Migration = { id: '0002-search-without-addresses', run };

async function run({ db, log, requireLock }: MigrationDeps): Promise<void> {
  let changed = 0;
  for await (const batch of walk(usersOf(db), { name: 1, email: 1, searchKeys: 1, deletedAt: 1 })) {
    const outdated = batch.filter(isOutdated);
    requireLock();
    await writeAll(
      usersOf(db),
      outdated.map(({ _id, name = '', email = '' }) => ({
        // A profile that changed since it was read was written in the new form.
        updateOne: {
          filter: { _id, name },
          update: { $set: { email: toComparable(email), searchKeys: searchKeysOf(name) } },
        },
      })),
    );
    changed += outdated.length;
  }
  if (changed > 0)
    log.info({ people: changed }, 'migrated: people are found by their names or whole addresses');
}

function isOutdated({ name = '', email = '', searchKeys = [], deletedAt }: AnyUser): boolean {
  if (deletedAt) return false;
  return email !== toComparable(email) || searchKeys.join('\n') !== searchKeysOf(name).join('\n');
}
