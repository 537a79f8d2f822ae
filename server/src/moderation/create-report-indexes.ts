import type { Connection } from 'mongoose';
import { reportModel } from './report.model.ts';

/** Idempotent. */
export async function createReportIndexes(db: Connection): Promise<void> {
  await reportModel(db).createIndexes();
}
