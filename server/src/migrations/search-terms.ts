import { termsOf } from '../words/terms.ts';
import { messagesOf, walk, writeAll, type AnyMessage } from './collections.ts';
import type { Migration, MigrationDeps } from './migration.ts';

/**
 * Messages did not say by which words they are found. Those that say it are passed over, so what ends in the middle is gone
 * on with.
 */
export const searchTerms: Migration = { id: '0006-search-terms', run };

const progressEvery = 50_000;

async function run({ db, log, requireLock }: MigrationDeps): Promise<void> {
  let changed = 0;
  for await (const batch of walk(messagesOf(db), { ...fields })) {
    const writes = batch.filter(({ terms }) => terms === undefined).flatMap(toWrite);
    requireLock();
    await writeAll(messagesOf(db), writes);
    changed += writes.length;
    const isProgress = writes.length > 0 && changed % progressEvery < writes.length;
    if (isProgress) log.info({ messages: changed }, 'migrating messages: they are found by their words');
  }
  if (changed > 0) log.info({ messages: changed }, 'migrated: messages are found by their words');
}

const fields = { text: 1, rev: 1, system: 1, deletedAt: 1, terms: 1 } as const;

/** A message that was changed since it was read was written with its terms. */
function toWrite({ _id, rev = 0, text = '', system, deletedAt }: AnyMessage) {
  const terms = termsOf({ text, ...(system && { system }), ...(deletedAt && { deletedAt }) });
  return terms ? [{ updateOne: { filter: { _id, rev }, update: { $set: { terms } } } }] : [];
}
