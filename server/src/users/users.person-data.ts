import type { HoldsNothing, HoldsPersonData } from '../platform/person-data.ts';
import type { UsersDeps } from './deps.ts';
import { userModel } from './user.model.ts';
import { toMe } from './user.view.ts';

/** The person themselves. Erased last: until then nobody can be made under the same Clerk id. */
export function usersPersonData({ db, viewers, tell }: UsersDeps): HoldsPersonData {
  const users = userModel(db);
  return {
    place: 'users',
    holds: 'the profile: name, e-mail address, picture, Clerk id, when last seen',
    async *exportRows({ userId }) {
      const doc = await users.findById(userId).lean();
      if (!doc) return;
      const { lastSeenAt = null, isHidden = false } = doc;
      yield { kind: 'profile', ...toMe(doc), lastSeenAt, isHidden };
    },
    async *erase({ userId, clerkId }) {
      const { deletedCount } = await users.deleteOne({ _id: userId });
      tell({ type: 'profileChanged', clerkId });
      viewers.forget(clerkId);
      yield deletedCount;
    },
    // Whoever signs in again meanwhile is another person under the same Clerk id.
    count: ({ userId }) => users.countDocuments({ _id: userId }),
  };
}

export const departurePlace: HoldsNothing = {
  place: 'departures',
  holdsNothing: 'digests of the Clerk ids of who went, so that nothing late makes them again',
};
