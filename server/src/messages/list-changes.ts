import type { ListChangesInput, MessageChanges, UserId } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { requireParticipant } from '../chats/require-participant.ts';
import { readLog } from './read-log.ts';

/** What changed in a chat after a log position. Nothing is missed, however many write meanwhile. */
export async function listChanges(
  app: AppContext,
  viewerId: UserId,
  { chatId, afterRev, limit }: ListChangesInput,
): Promise<MessageChanges> {
  await requireParticipant(app, chatId, viewerId);
  const found = await readLog(app, { chatId, afterRev, limit: limit + 1 });
  const messages = found.slice(0, limit);
  return { messages, hasMore: found.length > limit, rev: messages.at(-1)?.rev ?? afterRev };
}
