import { limits, type UserId } from '@whisper/shared';
import { chatModel } from './chat.model.ts';
import { toUserIds, type Membership } from './chat.view.ts';
import type { ChatsDeps } from './deps.ts';

/**
 * Whom to tell of what is told to everyone in a chat at once. Nobody in a large group: with everything that somebody does,
 * everybody would be told.
 */
export async function listPeopleOfSmallChat(
  { db }: Pick<ChatsDeps, 'db'>,
  membership: Membership,
): Promise<readonly UserId[]> {
  if (membership.kind === 'direct') return membership.participants;
  const doc = await chatModel(db).findById(membership.chatId, { participants: 1 }).lean();
  const people = doc ? toUserIds(doc) : [];
  return people.length <= limits.smallChatMax ? people : [];
}
