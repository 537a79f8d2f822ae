import { useEffect, useState } from 'react';
import type { ChatItem } from './chat-items.ts';

/** How many messages of others lie below the last one that was in sight at the end of the conversation. */
export function useUnseen(items: readonly ChatItem[], isAtEnd: boolean): number {
  const lastKey = items.at(-1)?.key;
  const [seenKey, setSeenKey] = useState(lastKey);
  useEffect(() => {
    if (isAtEnd) setSeenKey(lastKey);
  }, [isAtEnd, lastKey]);
  const seen = items.findLastIndex(({ key }) => key === seenKey);
  return isAtEnd ? 0 : items.slice(seen + 1).filter(({ isMine }) => !isMine).length;
}
