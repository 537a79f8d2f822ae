import type { UserId } from '@whisper/shared';
import type { ChatsDeps } from './deps.ts';
import { findEmails } from '../users/find-emails.ts';
import { pairKeyOf } from './pair-key.ts';
import { settledChats } from './settled-chats.ts';

/**
 * The addresses of those among `userIds` who share a chat with the person, one with a message that both can see, and the
 * person's own. For the old wire alone, whose apps show them.
 */
export async function findSharedEmails(
  deps: Pick<ChatsDeps, 'db' | 'lastMessages'>,
  viewerId: UserId,
  userIds: readonly UserId[],
): Promise<ReadonlyMap<UserId, string>> {
  const others = new Set(userIds.filter((id) => id !== viewerId));
  const pairKeys = [...others].map((id) => pairKeyOf(viewerId, id));
  const chats = await settledChats(deps);
  const docs = await chats
    .find({ pairKey: { $in: pairKeys }, lastSeq: { $gt: 0 } }, { participants: 1 })
    .lean();
  const shared = docs.flatMap(({ participants }) => participants.map((id) => id.toHexString() as UserId));
  return findEmails(deps, [viewerId, ...shared]);
}
