import type { Connection } from 'mongoose';
import { fileModel } from './file.model.ts';

/** Idempotent. */
export async function createFileIndexes(db: Connection): Promise<void> {
  await fileModel(db).createIndexes();
}
