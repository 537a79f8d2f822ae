import { toProfile } from '../../users/profile.ts';
import { usersOf, walk, writeAll, type AnyUser } from '../collections.ts';
import type { MigrationDeps } from '../migration.ts';

/** Older than whatever Clerk will say of them. */
const longAgo = new Date(0);

/** Gives people what they are found by. Returns how many had not got it. */
export async function fillUsers({ db, requireLock }: MigrationDeps): Promise<number> {
  let filled = 0;
  for await (const batch of walk(usersOf(db), { clerkId: 1, name: 1, email: 1, avatar: 1, profileAt: 1 })) {
    const old = batch.filter(({ profileAt }) => profileAt === undefined);
    requireLock();
    await writeAll(
      usersOf(db),
      old.map((user) => ({ updateOne: { filter: { _id: user._id }, update: toUpdate(user) } })),
    );
    filled += old.length;
  }
  return filled;
}

function toUpdate({ clerkId = '', name = '', email = '', avatar }: AnyUser) {
  const person = { clerkId, name, email, avatar: avatar ?? null, updatedAt: longAgo };
  const { avatar: shown, ...profile } = toProfile(person);
  return shown === null
    ? { $set: profile, $unset: { avatar: 1 as const } }
    : { $set: { ...profile, avatar: shown } };
}
