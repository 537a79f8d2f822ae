import type { ListChangesInput, Message, MessageChanges, UserId } from '@whisper/shared';
import { requireParticipant } from '../chats/require-participant.ts';
import { cutPage, pageTextMax, textLengthOf } from './cut-page.ts';
import type { MessagesDeps } from './deps.ts';
import { readLog } from './log/read-log.ts';

/** Messages read at a time: long ones fill a page before all that was asked for is read. */
const pieceSize = 100;

/** What changed in a chat after a log position. Nothing is missed, however many write meanwhile. */
export async function listChanges(
  deps: Pick<MessagesDeps, 'db' | 'memberships'>,
  viewerId: UserId,
  { chatId: askedId, afterRev, limit }: ListChangesInput,
): Promise<MessageChanges> {
  const { chatId } = await requireParticipant(deps, askedId, viewerId);
  const found: Message[] = [];
  for (let isMore = true; isMore && found.length <= limit && textLengthOf(found) <= pageTextMax; ) {
    const wanted = Math.min(pieceSize, limit + 1 - found.length);
    const piece = await readLog(deps.db, { chatId, afterRev: found.at(-1)?.rev ?? afterRev, limit: wanted });
    found.push(...piece.map(({ message }) => message));
    isMore = piece.length === wanted;
  }
  const messages = cutPage(found, limit);
  return { messages, hasMore: found.length > messages.length, rev: messages.at(-1)?.rev ?? afterRev };
}
