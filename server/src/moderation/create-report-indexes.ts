import type { Connection } from 'mongoose';
import { createIndexes } from '../platform/mongo.ts';
import { reportModel } from './report.model.ts';

/** Idempotent. */
export async function createReportIndexes(db: Connection): Promise<void> {
  await createIndexes(reportModel(db));
}
