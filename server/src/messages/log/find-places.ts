import type { ChatId, UserId } from '@whisper/shared';
import type { ChatsDeps } from '../../chats/deps.ts';
import { listActiveChats } from '../../chats/list-active-chats.ts';
import { readLastSeq } from './read-log.ts';

/** The chats looked at: nobody's more of them change within seconds. */
const chatsMax = 1_000;

/**
 * Where a person's chats are in which something may have been written since a moment: the place of the newest message of each.
 * Whatever is written after this was called has a later one. Throws SERVICE_UNAVAILABLE when it is not known which chats those are.
 */
export async function findPlaces(
  deps: Pick<ChatsDeps, 'db' | 'lastMessages'>,
  userId: UserId,
  since: Date,
): Promise<ReadonlyMap<ChatId, number>> {
  const chatIds = await listActiveChats(deps, userId, { since, limit: chatsMax });
  const places = new Map<ChatId, number>();
  for (const chatId of chatIds) places.set(chatId, await readLastSeq(deps.db, chatId));
  return places;
}
