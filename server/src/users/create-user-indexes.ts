import type { Connection } from 'mongoose';
import { blockModel } from './block.model.ts';
import { userModel } from './user.model.ts';

/** Idempotent. */
export async function createUserIndexes(db: Connection): Promise<void> {
  await Promise.all([userModel(db).createIndexes(), blockModel(db).createIndexes()]);
}
