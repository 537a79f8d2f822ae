import { limits, type ChatEvent, type ChatId, type MarksMoved, type UserId } from '@whisper/shared';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import type { Broker } from '../delivery/broker.ts';
import { topics } from '../delivery/topics.ts';

type Moved = Omit<MarksMoved, 'type'> & { readonly at: Date };

/** Tells people how far one in their chat has come, that one's other devices included. */
export function publishMarks(broker: Broker, to: readonly UserId[], { at, ...marks }: Moved): void {
  publishToPeople(broker, to, {
    data: { type: 'marks', ...marks },
    id: cursorAt(broker, at, `${marks.chatId}:${marks.userId}`),
  });
}

/** Tells a person's devices that something of a chat that is theirs alone changed. */
export function publishMine(
  broker: Broker,
  userId: UserId,
  { chatId, at }: { chatId: ChatId; at: Date },
): void {
  publishToPeople(broker, [userId], {
    data: { type: 'changed', chatId, group: null },
    id: cursorAt(broker, at, `${chatId}:mine`),
  });
}

/** Tells a person's devices that whom they block changed. */
export function publishBlocksChanged(broker: Broker, userId: UserId, at: Date): void {
  publishToPeople(broker, [userId], { data: { type: 'blocks' }, id: cursorAt(broker, at, 'blocks') });
}

export function publishToPeople(broker: Broker, to: readonly UserId[], item: FeedItem<ChatEvent>): void {
  broker.publishAll(to.map(topics.chatsOfUser), item);
}

/** No reader may hold a position behind which an event of another process is still missing. */
export function cursorAt({ completeUntil }: Broker, at: Date, subject: string): string {
  return toChatsCursor(Math.min(at.getTime(), completeUntil), subject);
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

/** Tells people of one chat that they are in it together from now on; in a larger one they stay strangers. */
export function publishContacts(
  broker: Broker,
  participants: readonly UserId[],
  coming: readonly UserId[],
): void {
  if (coming.length === 0 || participants.length > limits.smallChatMax) return;
  broker.publish(topics.news(), { type: 'contactsMade', userIds: participants, coming });
}
