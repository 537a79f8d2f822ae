import type { FeedItem } from '../../realtime/feed.ts';

/** Whether the event belongs to the exact stream of one chat, where nothing repairs what goes wrong here. */
export function isOfOneChat({ id }: FeedItem<unknown>): boolean {
  return id !== undefined && !id.startsWith('t:');
}
