import type { ChatId, UserId } from '@whisper/shared';
import type { ChatsDeps } from './deps.ts';
import { AppError } from '../platform/errors.ts';
import { chatModel } from './chat.model.ts';
import { toMembership, type Membership } from './chat.view.ts';

/** A chat that is not yours and a chat that does not exist get the same answer. */
export const chatNotFound = () => new AppError('NOT_FOUND', 'Chat not found');

/**
 * The chat's membership, or NOT_FOUND when the person is not in it or there is no such chat. Its `chatId` is the one to go
 * on with: the id of a chat that was merged into another names that one.
 */
export async function requireParticipant(
  deps: Pick<ChatsDeps, 'db' | 'memberships'>,
  chatId: ChatId,
  userId: UserId,
): Promise<Membership> {
  const known = deps.memberships.get(chatId);
  return known?.participants.includes(userId) ? known : readMembership(deps, chatId, userId);
}

/** Read for a stranger to a known chat as well: an answer from memory would come sooner than for a chat that is not there. */
async function readMembership(
  deps: Pick<ChatsDeps, 'db' | 'memberships'>,
  chatId: ChatId,
  userId: UserId,
): Promise<Membership> {
  const doc = await chatModel(deps.db)
    .findOne({ _id: chatId, participants: userId }, { participants: 1, mergedInto: 1 })
    .lean();
  if (!doc) throw chatNotFound();
  const membership = toMembership(doc);
  deps.memberships.set(chatId, membership);
  return membership;
}
