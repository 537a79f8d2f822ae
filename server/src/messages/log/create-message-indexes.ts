import type { Connection } from 'mongoose';
import { createIndexes } from '../../platform/mongo.ts';
import { messageModel } from './message.model.ts';

/** Idempotent. */
export async function createMessageIndexes(db: Connection): Promise<void> {
  await createIndexes(messageModel(db));
}
