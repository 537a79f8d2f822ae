import type { Connection } from 'mongoose';
import { createIndexes } from '../platform/mongo.ts';
import { chatModel } from './chat.model.ts';
import { inviteModel } from './invite.model.ts';
import { memberModel } from './member.model.ts';

/** Idempotent. */
export async function createChatIndexes(db: Connection): Promise<void> {
  await createIndexes(chatModel(db), memberModel(db), inviteModel(db));
}
