import type { Connection } from 'mongoose';
import { createIndexes } from '../platform/mongo.ts';
import { deviceModel } from './device.model.ts';
import { pushModel } from './push.model.ts';

/** Idempotent. */
export async function createPushIndexes(db: Connection): Promise<void> {
  await createIndexes(deviceModel(db), pushModel(db));
}
