import type { Chat, MessageId, UserId } from '@whisper/shared';
import type { ChatsDeps } from './deps.ts';
import { findUsers } from '../users/find-users.ts';
import type { ChatDoc } from './chat.model.ts';
import { toChat } from './chat.view.ts';

/** Adds the people and the last messages to chats, in two look-ups however many chats there are. */
export async function showChats(
  deps: Pick<ChatsDeps, 'db' | 'findMessages'>,
  viewerId: UserId,
  docs: readonly ChatDoc[],
): Promise<Chat[]> {
  const otherOf = (doc: ChatDoc) =>
    (doc.participants.find((id) => id.toHexString() !== viewerId)?.toHexString() ?? viewerId) as UserId;
  const lastOf = (doc: ChatDoc) => doc.lastMessage?.toHexString() as MessageId | undefined;

  const [users, lastMessages] = await Promise.all([
    findUsers(deps, docs.map(otherOf)),
    deps.findMessages(docs.map(lastOf).filter((id) => id !== undefined)),
  ]);

  return docs.flatMap((doc) => {
    const participant = users.get(otherOf(doc));
    const last = lastOf(doc);
    // People are never removed, only emptied, so a missing one means the id never was a person's.
    if (!participant) return [];
    return [toChat(doc, { viewerId, participant, lastMessage: (last && lastMessages.get(last)) ?? null })];
  });
}
