import type { Connection as Database } from 'mongoose';
import type { DataSubject, HoldsPersonData } from '../platform/person-data.ts';
import { revocationModel } from './revocation.model.ts';

/** Who is erased has no tokens that would need it. */
export function revocationsPersonData(db: Database): HoldsPersonData {
  const revocations = revocationModel(db);
  const ofPerson = ({ clerkId }: DataSubject) => ({
    _id: { $in: [`person:${clerkId}`, `nameless:${clerkId}`] },
  });
  return {
    place: 'revocations',
    holds:
      'for a day, that the tokens of a Clerk id ended early; not exported, as nothing in it is told by the person',
    async *erase(erased) {
      const { deletedCount } = await revocations.deleteMany(ofPerson(erased));
      yield deletedCount;
    },
    count: (subject) => revocations.countDocuments(ofPerson(subject)),
  };
}
