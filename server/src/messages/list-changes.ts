import type { ListChangesInput, Message, MessageChanges, UserId } from '@whisper/shared';
import { readAs } from '../chats/require-participant.ts';
import { asShown, isShown } from '../chats/sight.ts';
import { cutPage, pageTextMax, textLengthOf } from './cut-page.ts';
import type { MessagesDeps } from './deps.ts';
import { readLog } from './log/read-log.ts';

/** Messages read at first and then at a time: long ones fill a page before all that was asked for is read. */
const [firstPieceSize, pieceSize] = [34, 100];

/** What changed in a chat after a log position, as far as it is shown. Nothing is missed, however many write meanwhile. */
export async function listChanges(
  deps: Pick<MessagesDeps, 'db' | 'memberships'>,
  viewerId: UserId,
  { chatId: askedId, afterRev, limit }: ListChangesInput,
): Promise<MessageChanges> {
  return readAs(deps, { chatId: askedId, userId: viewerId }, async ({ chatId, sight }) => {
    const found: Message[] = [];
    for (let isMore = true; isMore && found.length <= limit && textLengthOf(found) <= pageTextMax; ) {
      const size = found.length === 0 ? firstPieceSize : pieceSize;
      const wanted = Math.min(size, limit + 1 - found.length);
      const afterFound = found.at(-1)?.rev ?? afterRev;
      const piece = await readLog(deps.db, {
        chatId,
        afterRev: afterFound,
        limit: wanted,
        viewerId: sight.viewerId,
      });
      found.push(...piece.map(({ message }) => message));
      isMore = piece.length === wanted;
    }
    const page = cutPage(found, limit);
    const messages = page.filter(({ seq }) => isShown(sight, seq)).map((message) => asShown(sight, message));
    return { messages, hasMore: found.length > page.length, rev: page.at(-1)?.rev ?? afterRev };
  });
}
