import type { Connection } from 'mongoose';
import { createIndexes } from '../platform/mongo.ts';
import { fileModel } from './file.model.ts';

/** Idempotent. */
export async function createFileIndexes(db: Connection): Promise<void> {
  await createIndexes(fileModel(db));
}
