import type { Connection } from 'mongoose';
import { createIndexes } from '../platform/mongo.ts';
import { blockModel } from './block.model.ts';
import { userModel } from './user.model.ts';

/** Idempotent. */
export async function createUserIndexes(db: Connection): Promise<void> {
  await createIndexes(userModel(db), blockModel(db));
}
