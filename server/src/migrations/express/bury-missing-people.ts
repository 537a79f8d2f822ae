import { Types, type Connection as Database } from 'mongoose';
import { chatsOf, messagesOf, usersOf, walk, writeAll } from '../collections.ts';
import type { MigrationDeps } from '../migration.ts';

/** Leaves a tombstone for everybody whom a chat or a message names and who is nowhere. Returns how many there were. */
export async function buryMissingPeople({ db, requireLock }: MigrationDeps): Promise<number> {
  const missing = await findMissing(db);
  requireLock();
  await writeAll(
    usersOf(db),
    missing.map((id) => ({
      updateOne: {
        filter: { _id: new Types.ObjectId(id) },
        update: { $setOnInsert: toTombstone(id) },
        upsert: true,
      },
    })),
  );
  return missing.length;
}

/** The ids of people whom a chat or a message names and who are nowhere. */
export async function findMissing(db: Database): Promise<string[]> {
  const named = new Set<string>();
  for await (const batch of walk(chatsOf(db), { participants: 1 })) {
    for (const { participants = [] } of batch) for (const id of participants) named.add(id.toHexString());
  }
  for await (const batch of walk(messagesOf(db), { sender: 1 })) {
    for (const { sender } of batch) if (sender) named.add(sender.toHexString());
  }
  for await (const batch of walk(usersOf(db), { clerkId: 1 })) {
    for (const { _id } of batch) named.delete(_id.toHexString());
  }
  return [...named];
}

function toTombstone(id: string) {
  const now = new Date();
  return {
    // Nobody signs in by it: Clerk's ids begin with `user_`.
    clerkId: `missing_${id}`,
    name: 'Deleted user',
    email: '',
    searchKeys: [],
    profileAt: now,
    deletedAt: now,
    createdAt: now,
    updatedAt: now,
  };
}
