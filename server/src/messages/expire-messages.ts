import type { ChatId } from '@whisper/shared';
import { findWritable } from '../chats/find-writable.ts';
import type { MessagesDeps } from './deps.ts';
import { erased } from './log/changes.ts';
import { findOldest } from './log/find-oldest.ts';

type Expiring = {
  readonly chatId: ChatId;
  readonly afterSeq: number;
  readonly before: Date;
  readonly limit: number;
};

/**
 * Erases the oldest messages of a chat after a place that were written before a moment, as if each had been deleted for everyone:
 * their places stay, and every client learns of it. Answers the place up to which that is done; null when nothing was left.
 */
export async function expireMessages(
  { db, messageLog }: Pick<MessagesDeps, 'db' | 'messageLog'>,
  { chatId, afterSeq, before, limit }: Expiring,
): Promise<number | null> {
  const oldest = await findOldest(db, { chatId, afterSeq, limit });
  const end = oldest.findIndex(({ createdAt }) => createdAt >= before);
  const expired = end === -1 ? oldest : oldest.slice(0, end);
  const last = expired.at(-1);
  if (!last) return null;
  const chat = await findWritable(db, chatId);
  await Promise.all(
    expired
      .filter(({ isContent }) => isContent)
      .map(({ messageId }) => messageLog.change(chat, { messageId, by: 'nobody', change: erased() })),
  );
  return last.seq;
}
