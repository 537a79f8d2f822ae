import type { Chat, ChatId, MessageId, UserId } from '@whisper/shared';
import type { ChatsDeps } from './deps.ts';
import { findUsers } from '../users/find-users.ts';
import type { ChatDoc } from './chat.model.ts';
import { toChat, toMarks } from './chat.view.ts';

/** Adds the people, the last messages and what is unread to chats; a chat that is read costs no look-up of its own. */
export async function showChats(
  deps: Pick<ChatsDeps, 'db' | 'findMessages' | 'countUnread'>,
  viewerId: UserId,
  docs: readonly ChatDoc[],
): Promise<Chat[]> {
  const otherOf = (doc: ChatDoc) =>
    (doc.participants.find((id) => id.toHexString() !== viewerId)?.toHexString() ?? viewerId) as UserId;
  const lastOf = (doc: ChatDoc) => doc.lastMessage?.toHexString() as MessageId | undefined;

  const [users, lastMessages, unreads] = await Promise.all([
    findUsers(deps, docs.map(otherOf)),
    deps.findMessages(docs.map(lastOf).filter((id) => id !== undefined)),
    Promise.all(docs.map((doc) => countUnread(deps, doc, viewerId))),
  ]);

  return docs.flatMap((doc, index) => {
    const participant = users.get(otherOf(doc));
    const last = lastOf(doc);
    // People are never removed, only emptied, so a missing one means the id never was a person's.
    if (!participant) return [];
    const lastMessage = (last && lastMessages.get(last)) ?? null;
    return [toChat(doc, { viewerId, participant, lastMessage, unread: unreads[index] ?? 0 })];
  });
}

type Counted = Pick<ChatDoc, '_id' | 'lastSeq' | 'readSeqs'>;

export async function countUnread(
  deps: Pick<ChatsDeps, 'countUnread'>,
  doc: Counted,
  viewerId: UserId,
): Promise<number> {
  const { readSeq } = toMarks(doc, viewerId);
  if (readSeq >= doc.lastSeq) return 0;
  return deps.countUnread({ chatId: doc._id.toHexString() as ChatId, afterSeq: readSeq, viewerId });
}
