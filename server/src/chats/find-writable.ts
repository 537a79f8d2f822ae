import type { ChatId } from '@whisper/shared';
import { chatModel } from './chat.model.ts';
import { toDirectMembership, type DirectMembership } from './chat.view.ts';
import type { ChatsDeps } from './deps.ts';

/** A chat to write to for somebody who need not be in it; undefined when there is none. */
export async function findWritable(
  { db }: Pick<ChatsDeps, 'db'>,
  chatId: ChatId,
): Promise<DirectMembership | { readonly kind: 'group'; readonly chatId: ChatId } | undefined> {
  const doc = await chatModel(db).findById(chatId, { kind: 1, participants: 1, mergedInto: 1 }).lean();
  if (!doc) return undefined;
  return doc.kind === 'group' ? { kind: 'group', chatId } : toDirectMembership(doc);
}
