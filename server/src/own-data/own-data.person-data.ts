import type { Connection as Database } from 'mongoose';
import type { DataSubject, HoldsNothing, HoldsPersonData } from '../platform/person-data.ts';
import { exportTicketModel } from './export-ticket.model.ts';

export const erasurePlace: HoldsNothing = {
  place: 'erasures',
  holdsNothing: 'receipts, which say nothing of whose they are; of work under way, whom it erases',
};

export const leasePlace: HoldsNothing = {
  place: 'leases',
  holdsNothing: 'which process does what only one does at a time',
};

export function exportTicketsPersonData(db: Database): HoldsPersonData {
  const tickets = exportTicketModel(db);
  const ofPerson = ({ userId }: DataSubject) => ({ user: userId });
  return {
    place: 'exporttickets',
    holds: 'for minutes, that somebody may download their archive: not exported',
    async *erase(erased) {
      const { deletedCount } = await tickets.deleteMany(ofPerson(erased));
      yield deletedCount;
    },
    count: (subject) => tickets.countDocuments(ofPerson(subject)),
  };
}
