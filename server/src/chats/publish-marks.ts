import type { ChatEvent, MarksMoved, UserId } from '@whisper/shared';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import type { Broker } from '../delivery/broker.ts';
import { topics } from '../delivery/topics.ts';
import type { Membership } from './chat.view.ts';

type Moved = Pick<MarksMoved, 'readSeq' | 'deliveredSeq'> & { readonly userId: UserId; readonly at: Date };

/** Tells everyone in the chat how far one of them has come, that one's other devices included. */
export function publishMarks(broker: Broker, { chatId, participants }: Membership, moved: Moved): void {
  const { at, ...marks } = moved;
  const item: FeedItem<ChatEvent> = {
    data: { type: 'marks', chatId, ...marks },
    id: toChatsCursor(Math.min(at.getTime(), broker.completeUntil), `${chatId}:${marks.userId}`),
  };
  for (const userId of participants) broker.publish(topics.chatsOfUser(userId), item);
}

/**
 * The id of an event about my chats: a position in time, in epoch milliseconds, and what makes it unique there, because
 * tRPC's client drops an event whose id it has seen while it moves to another connection.
 */
export function toChatsCursor(at: number, subject?: string): string {
  return subject === undefined ? `c:${at}` : `c:${at}:${subject}`;
}

/** The position, or undefined for an id that is not from this stream. */
export function parseChatsCursor(cursor: string): number | undefined {
  const digits = /^c:(\d{1,15})(:|$)/.exec(cursor)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
