import type { Connection } from 'mongoose';
import { userModel } from './user.model.ts';

/** Idempotent. */
export async function createUserIndexes(db: Connection): Promise<void> {
  await userModel(db).createIndexes();
}
