import type { UsersDeps } from './deps.ts';
import { isDuplicateKey } from '../platform/errors.ts';
import type { Person } from '../identity/person.ts';
import { toProfile } from './profile.ts';
import { toUser } from './user.view.ts';
import { userModel, type UserDoc } from './user.model.ts';

type Deps = Pick<UsersDeps, 'db' | 'tell'>;

/** The stored user of a Clerk id, as it is; made from `fetchPerson` when there is none. Tombstones included. */
export async function findOrInsert(
  { db, tell }: Deps,
  clerkId: string,
  fetchPerson: () => Promise<Person>,
): Promise<UserDoc> {
  const users = userModel(db);
  const known = await users.findOne({ clerkId }).lean();
  if (known) return known;
  const { avatar, ...profile } = toProfile(await fetchPerson());
  try {
    const created = await users.create({ clerkId, ...profile, ...(avatar !== null && { avatar }) });
    tell({ type: 'joined', userId: toUser(created).id });
    return created.toObject();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const winner = await users.findOne({ clerkId }).lean();
    if (!winner) throw error;
    return winner;
  }
}
