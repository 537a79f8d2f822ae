import type { ListMessagesInput, MessagePage, UserId } from '@whisper/shared';
import { requireParticipant } from '../chats/require-participant.ts';
import { cutPage } from './cut-page.ts';
import type { MessagesDeps } from './deps.ts';
import { toMessages } from './log/message.view.ts';
import { readHead, readPlaces } from './log/read-log.ts';

/** A page of history, ascending: the newest, or the one next to `before` or `after`; shorter when texts are long. */
export async function listMessages(
  deps: Pick<MessagesDeps, 'db' | 'memberships'>,
  viewerId: UserId,
  { chatId: askedId, before, after, limit }: ListMessagesInput,
): Promise<MessagePage> {
  const { chatId } = await requireParticipant(deps, askedId, viewerId);
  // The head is read first: what is written between the two reads has a higher rev and is not promised.
  const rev = await readHead(deps.db, chatId);
  const docs = await readPlaces(deps.db, { chatId, before, after, limit: limit + 1 });
  const page = cutPage(docs, limit);
  if (after === undefined) page.reverse();
  return { messages: await toMessages(deps.db, page), hasMore: docs.length > page.length, rev };
}
