import type { Connection } from 'mongoose';
import { chatModel } from './chat.model.ts';

/** Idempotent. */
export async function createChatIndexes(db: Connection): Promise<void> {
  await chatModel(db).createIndexes();
}
