import type { Connection as Database } from 'mongoose';
import { erasureModel } from './erasure.model.ts';
import { exportTicketModel } from './export-ticket.model.ts';

/** Idempotent. */
export async function createOwnDataIndexes(db: Database): Promise<void> {
  await Promise.all([erasureModel(db).createIndexes(), exportTicketModel(db).createIndexes()]);
}
