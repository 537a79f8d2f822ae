import { limits } from '@whisper/shared';
import type { Chat, ChatId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { Viewer } from '../identity/viewer.ts';
import { AppError } from '../platform/errors.ts';
import { groupFull } from './create-group.ts';
import type { ChatsDeps } from './deps.ts';
import { getChat } from './get-chat.ts';
import { inviteModel } from './invite.model.ts';
import { working } from './invites.ts';
import { memberModel } from './member.model.ts';

/** One that does not work and one that never was get the same answer. */
const inviteNotFound = () => new AppError('NOT_FOUND', 'Invitation not found');

/**
 * Comes into a group by an invitation. Whoever is in it already stays what they are and uses nothing up; whom somebody
 * removed is brought back by those in the group alone. Idempotent.
 */
export async function joinGroup(deps: ChatsDeps, viewer: Viewer, code: string): Promise<Chat> {
  const invites = inviteModel(deps.db);
  const now = new Date(deps.clock.now());
  const user = new Types.ObjectId(viewer.id);
  const known = await invites.findOne({ code }).lean();
  const member = await memberModel(deps.db)
    .findOne({ chat: known?.chat ?? user, user })
    .lean();
  if (!known || member?.wasRemoved) throw inviteNotFound();
  const chatId = known.chat.toHexString() as ChatId;
  if (member && !member.leftAt) return getChat(deps, viewer.id, chatId);
  const claimed = await invites.updateOne(
    { code, usedBy: { $ne: user }, ...working(now) },
    { $inc: { uses: 1 }, ...(known.usesMax !== undefined && { $push: { usedBy: user } }) },
  );
  // A use that was counted already, by a call that ended before it brought them in, or is about to.
  const isMine = claimed.matchedCount > 0 || (await invites.exists({ code, usedBy: user, revokedAt: null }));
  if (!isMine) throw inviteNotFound();
  await deps.changeGroup(chatId, {
    by: viewer.user,
    plan({ roles }) {
      if (roles.has(viewer.id)) return [];
      if (roles.size >= limits.groupSizeMax) throw groupFull();
      return [{ type: 'memberJoined' }];
    },
  });
  return getChat(deps, viewer.id, chatId);
}
