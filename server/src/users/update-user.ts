import type { UsersDeps } from './deps.ts';
import { findOrInsert } from './find-or-insert.ts';
import type { Person } from '../identity/person.ts';
import { toProfile } from './profile.ts';
import { userModel } from './user.model.ts';
import { toViewer } from './user.view.ts';

/**
 * Takes over what the directory says of a person, new or known. Repeating it changes nothing, an older profile
 * never replaces a newer one, and the deleted stay deleted.
 */
export async function updateUser(
  deps: Pick<UsersDeps, 'db' | 'viewers' | 'tell'>,
  person: Person,
): Promise<void> {
  const { clerkId, updatedAt } = person;
  await findOrInsert(deps, clerkId, { fetchPerson: () => Promise.resolve(person), issuedAt: null });
  const { avatar, ...profile } = toProfile(person);
  const updated = await userModel(deps.db)
    .findOneAndUpdate(
      { clerkId, deletedAt: null, profileAt: { $lt: updatedAt } },
      avatar === null ? { $set: profile, $unset: { avatar: 1 } } : { $set: { ...profile, avatar } },
      { returnDocument: 'after' },
    )
    .lean();
  if (!updated) return;
  deps.tell({ type: 'profileChanged', clerkId });
  deps.viewers.renew(toViewer(updated));
}
