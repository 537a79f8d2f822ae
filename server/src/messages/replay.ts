import type { Message, MessageEvent } from '@whisper/shared';
import { FeedItem } from '../realtime/feed.ts';

/** Messages a subscriber may have missed before a `reset` is cheaper for everyone than a replay. */
export const replayMax = 5_000;

/** Messages read, and handed to the subscriber, at a time. */
export const replayPageSize = 50;

export function toCreated(message: Message, id: string): FeedItem<MessageEvent> {
  const { chatId, rev } = message;
  return new FeedItem<MessageEvent>({ type: 'created', chatId, rev, message }, { id });
}
