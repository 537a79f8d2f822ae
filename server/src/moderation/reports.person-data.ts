import { Types, type Connection as Database } from 'mongoose';
import type { UserId } from '@whisper/shared';
import type { HoldsPersonData } from '../platform/person-data.ts';
import { reportModel } from './report.model.ts';

/** A report goes with whoever made it, and with whoever is seen in its evidence. */
export function reportsPersonData(db: Database): HoldsPersonData {
  const reports = reportModel(db);
  return {
    place: 'reports',
    holds: 'what the person reported, or what of them was reported, as it was then',
    async *erase({ userId, standInId }) {
      const { deletedCount } = await reports.deleteMany(about(userId));
      const by = { $set: { 'resolution.by': new Types.ObjectId(standInId) } };
      const { modifiedCount } = await reports.updateMany(resolvedBy(userId), by);
      yield deletedCount + modifiedCount;
    },
    count: ({ userId }) => reports.countDocuments({ $or: [about(userId), resolvedBy(userId)] }),
  };
}

function about(userId: UserId) {
  return {
    $or: [
      { reporter: new Types.ObjectId(userId) },
      { 'evidence.user.id': userId },
      { 'evidence.messages.sender.id': userId },
      { 'evidence.messages.replyTo.sender.id': userId },
      { 'evidence.messages.forwardedFrom.sender.id': userId },
      { 'evidence.messages.mentions': userId },
      { 'evidence.messages.reactions.userIds': userId },
      { 'evidence.messages.system.user.id': userId },
      { 'evidence.messages.system.users.id': userId },
    ],
  };
}

function resolvedBy(userId: UserId) {
  return { 'resolution.by': new Types.ObjectId(userId) };
}
