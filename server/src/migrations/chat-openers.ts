import { chatsOf, walk, writeAll } from './collections.ts';
import type { Migration, MigrationDeps } from './migration.ts';

/** Chats did not say who opened them; an empty one that both people have on their list stays there. */
export const chatOpeners: Migration = { id: '0003-chat-openers', run };

async function run({ db, log, requireLock }: MigrationDeps): Promise<void> {
  let changed = 0;
  for await (const batch of walk(chatsOf(db), { participants: 1, openedBy: 1 })) {
    const outdated = batch.filter(({ openedBy }) => openedBy === undefined);
    requireLock();
    await writeAll(
      chatsOf(db),
      outdated.map(({ _id, participants = [] }) => ({
        updateOne: {
          filter: { _id, openedBy: { $exists: false } },
          update: { $set: { openedBy: participants } },
        },
      })),
    );
    changed += outdated.length;
  }
  if (changed > 0) log.info({ chats: changed }, 'migrated: chats say who opened them');
}
