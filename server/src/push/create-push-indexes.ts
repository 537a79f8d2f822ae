import type { Connection } from 'mongoose';
import { deviceModel } from './device.model.ts';
import { pushModel } from './push.model.ts';

/** Idempotent. */
export async function createPushIndexes(db: Connection): Promise<void> {
  await Promise.all([deviceModel(db).createIndexes(), pushModel(db).createIndexes()]);
}
