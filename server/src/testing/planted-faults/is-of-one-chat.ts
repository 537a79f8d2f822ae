import type { FeedItem } from '@whisper/trpc-socket/feed';

/** Whether the event belongs to the exact stream of one chat, where nothing repairs what goes wrong here. */
export function isOfOneChat({ id }: FeedItem<unknown>): boolean {
  return id !== undefined && !id.startsWith('t:');
}
