import { limits, type ChatId, type UnreadExplained, type UserId } from '@whisper/shared';
import type { ChatsDeps } from './deps.ts';
import { readMine } from './read-mine.ts';
import { readAs } from './require-participant.ts';
import { countUnread, toUnreadRange } from './show-chats.ts';
import { asShown } from './sight.ts';

/** The messages behind the number of what is unread. */
export async function explainUnread(
  deps: ChatsDeps,
  viewerId: UserId,
  askedId: ChatId,
): Promise<UnreadExplained> {
  return readAs(deps, { chatId: askedId, userId: viewerId }, async ({ chatId, sight }) => {
    const { doc, member: mine } = await readMine(deps, chatId, viewerId);
    const range = toUnreadRange({ doc, viewerId, mine });
    const [found, unread] = await Promise.all([
      deps.listUnread(range, limits.messagePageSizeMax + 1),
      countUnread(deps, { doc, viewerId, mine }),
    ]);
    const messages = found.slice(0, limits.messagePageSizeMax).map((message) => asShown(sight, message));
    return { ...unread, readSeq: range.afterSeq, messages, hasMore: found.length > messages.length };
  });
}
