import type { ChatId } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import { chatModel } from './chat.model.ts';
import { toDirectMembership, type DirectMembership, type GroupMembership } from './chat.view.ts';
import { chatNotFound } from './require-participant.ts';

/** A chat as its log needs to know it, for what is done in nobody's name. NOT_FOUND when there is none. */
export async function findWritable(
  db: Database,
  chatId: ChatId,
): Promise<DirectMembership | Pick<GroupMembership, 'kind' | 'chatId'>> {
  const doc = await chatModel(db).findById(chatId, { kind: 1, participants: 1, mergedInto: 1 }).lean();
  if (!doc) throw chatNotFound();
  return doc.kind === 'group' ? { kind: 'group', chatId } : toDirectMembership(doc);
}
