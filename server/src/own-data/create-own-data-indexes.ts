import type { Connection as Database } from 'mongoose';
import { createIndexes } from '../platform/mongo.ts';
import { erasureModel } from './erasure.model.ts';
import { exportTicketModel } from './export-ticket.model.ts';

/** Idempotent. */
export async function createOwnDataIndexes(db: Database): Promise<void> {
  await createIndexes(erasureModel(db), exportTicketModel(db));
}
