import type { Connection } from 'mongoose';
import { messageModel } from './message.model.ts';

/** Idempotent. */
export async function createMessageIndexes(db: Connection): Promise<void> {
  await messageModel(db).createIndexes();
}
