import type { Connection } from 'mongoose';
import { chatModel } from './chat.model.ts';
import { inviteModel } from './invite.model.ts';
import { memberModel } from './member.model.ts';

/** Idempotent. */
export async function createChatIndexes(db: Connection): Promise<void> {
  await Promise.all([
    chatModel(db).createIndexes(),
    memberModel(db).createIndexes(),
    inviteModel(db).createIndexes(),
  ]);
}
