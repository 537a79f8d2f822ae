import type { Connection as Database } from 'mongoose';
import type { DataSubject, HoldsPersonData } from '../../platform/person-data.ts';
import { legacySessionModel } from './session.model.ts';

export function legacySessionsPersonData(db: Database): HoldsPersonData {
  const sessions = legacySessionModel(db);
  const ofPerson = ({ userId }: DataSubject) => ({ user: userId });
  return {
    place: 'legacysessions',
    holds:
      'for a day, since when an old client is connected; not exported, as nothing in it is told by the person',
    async *erase(erased) {
      const { deletedCount } = await sessions.deleteMany(ofPerson(erased));
      yield deletedCount;
    },
    count: (subject) => sessions.countDocuments(ofPerson(subject)),
  };
}
