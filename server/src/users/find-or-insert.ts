import { hasDeparted } from './departures.ts';
import type { UsersDeps } from './deps.ts';
import { isDuplicateKey } from '../platform/errors.ts';
import type { Person } from '../identity/person.ts';
import { toProfile } from './profile.ts';
import { toUser } from './user.view.ts';
import { userModel, type UserDoc } from './user.model.ts';

type Deps = Pick<UsersDeps, 'db' | 'tell'>;

/** How somebody is met: what the directory says of them, and when their token was issued, where they showed one. */
export type Contact = {
  readonly fetchPerson: () => Promise<Person>;
  readonly issuedAt: number | null;
};

/**
 * The stored user of a Clerk id, as it is, tombstones included; made when there is none. Null when it is of somebody who went:
 * only a token issued since makes them again.
 */
export async function findOrInsert(
  { db, tell }: Deps,
  clerkId: string,
  { fetchPerson, issuedAt }: Contact,
): Promise<UserDoc | null> {
  const users = userModel(db);
  const known = await users.findOne({ clerkId }).lean();
  if (known) return known;
  if (await hasDeparted(db, clerkId, issuedAt)) return null;
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
