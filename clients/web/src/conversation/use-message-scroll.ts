import { useVirtualizer, type VirtualItem, type Virtualizer } from '@tanstack/react-virtual';
import type { ChatId } from '@whisper/shared';
import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';
import { useClient } from '../store/use-client.ts';
import type { ChatItem } from './chat-items.ts';

/** This close to the end counts as being there, in pixels. */
const endThreshold = 48;
/** Older messages are asked for when this many are left above. */
const fetchAhead = 20;
const overscan = 8;
/** Larger than any scroll height. The browser clamps it, so the first paint shows the newest messages. */
const beyondTheEnd = 1e9;
const lineHeight = 22;
const charsPerLine = 56;

type MessageVirtualizer = Virtualizer<HTMLDivElement, Element>;
type Options = { readonly chatId: ChatId; readonly hasOlder: boolean };

/**
 * Starts at the newest message and stays there while one is there; keeps its place when older messages come in
 * above, newer ones below, or anything changes its height.
 */
export function useMessageScroll(items: readonly ChatItem[], { chatId, hasOlder }: Options) {
  const { store } = useClient().client;
  const scrollRef = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: (index) => estimateHeight(items[index]),
    getItemKey: (index) => items[index]?.key ?? index,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: endThreshold,
    overscan,
    initialOffset: beyondTheEnd,
    paddingStart: 16,
    paddingEnd: 8,
  });

  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = isAbove;
  useLayoutEffect(() => virtualizer.scrollToEnd(), [virtualizer]);
  useStayAtEnd(scrollRef, virtualizer);

  const first = virtualizer.range?.startIndex;
  useEffect(() => {
    if (hasOlder && first !== undefined && first < fetchAhead)
      void store.loadOlder(chatId).catch(() => undefined);
  }, [store, chatId, hasOlder, first, items.length]);

  const last = items.at(-1);
  const lastOwnKey = last?.isMine ? last.key : null;
  const shownOwnKey = useRef(lastOwnKey);
  useLayoutEffect(() => {
    if (lastOwnKey && lastOwnKey !== shownOwnKey.current) virtualizer.scrollToEnd();
    shownOwnKey.current = lastOwnKey;
  }, [virtualizer, lastOwnKey]);

  return {
    scrollRef,
    virtualizer,
    isAtEnd: virtualizer.isAtEnd(endThreshold),
    scrollToEnd: () => virtualizer.scrollToEnd(),
  };
}

/**
 * What changes its height above what is read must not move it, in whichever direction one scrolls: TanStack Virtual
 * leaves that out while scrolling up, which is when older messages come in.
 */
function isAbove(
  { key, start, size }: VirtualItem,
  _delta: number,
  virtualizer: MessageVirtualizer,
): boolean {
  const offset = virtualizer.scrollOffset ?? 0;
  return virtualizer.itemSizeCache.has(key) ? start + size <= offset : start < offset;
}

/** An estimate; the virtualizer corrects it when the row is measured. */
function estimateHeight(item: ChatItem | undefined): number {
  if (!item) return lineHeight;
  const lines = item.text
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / charsPerLine)), 0);
  const around = 18 + (item.startsDay ? 56 : 0) + (item.startsGroup ? 10 : 2) + (item.endsGroup ? 20 : 0);
  return lines * lineHeight + around;
}

type Scroller = { isAtEnd(): boolean; scrollToEnd(): void };

/** Keeps the newest message in sight when the room for messages shrinks, as under a growing text field. */
function useStayAtEnd(ref: RefObject<HTMLElement | null>, scroller: Scroller): void {
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    // Noted on scroll, because after the resize `isAtEnd` no longer tells where it was before.
    let wasAtEnd = true;
    const remember = () => {
      wasAtEnd = scroller.isAtEnd();
    };
    const observer = new ResizeObserver(() => {
      if (wasAtEnd) scroller.scrollToEnd();
    });
    element.addEventListener('scroll', remember, { passive: true });
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', remember);
      observer.disconnect();
    };
  }, [ref, scroller]);
}
