import type { ChatId, UserId } from '@whisper/shared';
import type { ChatsDeps } from './deps.ts';
import { AppError } from '../platform/errors.ts';
import { chatModel } from './chat.model.ts';
import { toMembership, type Membership } from './chat.view.ts';

/** A chat that is not yours and a chat that does not exist get the same answer. */
export const chatNotFound = () => new AppError('NOT_FOUND', 'Chat not found');

/** The chat's membership, or NOT_FOUND when the person is not in it or there is no such chat. */
export async function requireParticipant(
  deps: Pick<ChatsDeps, 'db' | 'memberships'>,
  chatId: ChatId,
  userId: UserId,
): Promise<Membership> {
  const membership = deps.memberships.get(chatId) ?? (await readMembership(deps, chatId));
  if (!membership.participants.includes(userId)) throw chatNotFound();
  return membership;
}

async function readMembership(
  deps: Pick<ChatsDeps, 'db' | 'memberships'>,
  chatId: ChatId,
): Promise<Membership> {
  const doc = await chatModel(deps.db).findById(chatId, { participants: 1 }).lean();
  if (!doc) throw chatNotFound();
  const membership = toMembership(doc);
  deps.memberships.set(chatId, membership);
  return membership;
}
