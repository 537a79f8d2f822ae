import type { ExportTicket, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { hash, randomBytes } from 'node:crypto';
import type { DataSubject } from '../platform/person-data.ts';
import { getMe } from '../users/get-me.ts';
import type { OwnDataDeps } from './deps.ts';
import { exportTicketModel } from './export-ticket.model.ts';

/** A browser follows the address at once, and a person who is asked where to save it does so within this time. */
const goodForMs = 5 * 60_000;

/** Where archives and receipts are, besides the procedures: a procedure cannot stream a file, and who is erased cannot call one. */
export const ownDataPath = '/own-data';

/** Gives the person an address that answers one download of their archive, wherever it is opened. */
export async function exportMe(
  { db, clock }: Pick<OwnDataDeps, 'db' | 'clock'>,
  userId: UserId,
): Promise<ExportTicket> {
  const ticket = randomBytes(24).toString('base64url');
  const expiresAt = new Date(clock.now() + goodForMs);
  await exportTicketModel(db).create({
    _id: digestOf(ticket),
    user: new Types.ObjectId(userId),
    expiresAt,
  });
  return { path: `${ownDataPath}/exports/${ticket}`, expiresAt };
}

/** Whose archive the ticket opens; null when it opens none, any more. */
export async function takeTicket(
  { db, clock }: Pick<OwnDataDeps, 'db' | 'clock'>,
  ticket: string,
): Promise<DataSubject | null> {
  const found = await exportTicketModel(db)
    .findOneAndDelete({ _id: digestOf(ticket), expiresAt: { $gt: new Date(clock.now()) } })
    .lean();
  if (!found) return null;
  const userId = found.user.toHexString() as UserId;
  const { clerkId } = await getMe({ db }, userId);
  return { userId, clerkId };
}

function digestOf(ticket: string): string {
  return hash('sha256', ticket, 'base64url');
}
