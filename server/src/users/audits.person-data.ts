import { Types, type Connection as Database } from 'mongoose';
import type { HoldsPersonData } from '../platform/person-data.ts';
import { auditModel } from './audit.model.ts';

/** What moderators did stays written down; who it was done by or to is a stand-in from then on. */
export function auditsPersonData(db: Database): HoldsPersonData {
  const audits = auditModel(db);
  return {
    place: 'audits',
    holds: 'what the person did as a moderator, or what a moderator did to them',
    async *erase({ userId, standInId }) {
      const standIn = new Types.ObjectId(standInId);
      const done = await audits.updateMany({ by: userId }, { $set: { by: standIn } });
      const suffered = await audits.updateMany({ user: userId }, { $set: { user: standIn, details: '' } });
      yield done.modifiedCount + suffered.modifiedCount;
    },
    count: ({ userId }) => audits.countDocuments({ $or: [{ by: userId }, { user: userId }] }),
  };
}
