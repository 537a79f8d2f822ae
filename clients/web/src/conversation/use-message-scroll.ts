import { isDraft, type StoredEntry } from '@whisper/client';
import { useVirtualizer, type VirtualItem, type Virtualizer } from '@tanstack/react-virtual';
import type { ChatId } from '@whisper/shared';
import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { useClient, useStore } from '../store/use-client.ts';
import type { ChatItem } from './chat-items.ts';

/** This close to the end counts as being there, in pixels. */
const endThreshold = 48;
/** Older or newer messages are asked for when this many are left above or below. */
const fetchAhead = 20;
const overscan = 8;
/** Larger than any scroll height. The browser clamps it, so the first paint shows the newest messages. */
const beyondTheEnd = 1e9;
const lineHeight = 22;
const charsPerLine = 56;

export type MessageVirtualizer = Virtualizer<HTMLDivElement, Element>;
type Options = {
  readonly chatId: ChatId;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /** The place from which messages are unread; null without any. */
  readonly unreadFrom: number | null;
};

/**
 * Starts where one has left it further up, at the first unread message, or at the newest one, and stays at the end while one is there; keeps its place
 * when older messages come in above, newer ones below, or anything changes its height.
 */
export function useMessageScroll(items: readonly ChatItem[], options: Options) {
  const { chatId, hasNewer, unreadFrom } = options;
  const { places } = useClient();
  const [startSeq] = useState(() => places.get(chatId) ?? unreadFrom);
  const scrollRef = useRef<HTMLDivElement>(null);
  const isPart = useRef(hasNewer);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: (index) => estimateHeight(items[index]),
    getItemKey: (index) => items[index]?.key ?? index,
    anchorTo: 'end',
    // The end of a part of the history is not where one wants to stay: what follows there is to be read.
    followOnAppend: !hasNewer && !isPart.current,
    scrollEndThreshold: endThreshold,
    overscan,
    initialOffset: startSeq === null ? beyondTheEnd : 0,
    paddingStart: 16,
    paddingEnd: 8,
  });
  useLayoutEffect(() => {
    isPart.current = hasNewer;
  }, [hasNewer]);

  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = isAbove;
  const hasStarted = useStart(virtualizer, { items, startSeq });
  const goToEnd = useWayToEnd(virtualizer, options);
  useStayAtEnd(scrollRef, { scroller: virtualizer, isPart, startsAtEnd: startSeq === null });
  useFollowOwn(chatId, goToEnd);
  useFetchAhead(virtualizer, { ...options, count: items.length });

  const isAtEnd = hasStarted && !hasNewer && virtualizer.isAtEnd(endThreshold);
  const first = virtualizer.range?.startIndex;
  const top = first === undefined ? undefined : items[first];
  useKeepPlace(chatId, isAtEnd ? null : (top?.seq ?? null));

  return { scrollRef, virtualizer, isAtEnd, top, goToEnd };
}

/** Asks for what lies beyond either end of what is held, before one gets there. */
function useFetchAhead(
  { range }: MessageVirtualizer,
  { chatId, hasOlder, hasNewer, count }: Options & { readonly count: number },
): void {
  const { store } = useClient().client;
  const first = range?.startIndex;
  const last = range?.endIndex;
  useEffect(() => {
    if (hasOlder && first !== undefined && first < fetchAhead)
      void store.loadOlder(chatId).catch(() => undefined);
  }, [store, chatId, hasOlder, first, count]);
  useEffect(() => {
    if (hasNewer && last !== undefined && last >= count - fetchAhead)
      void store.loadNewer(chatId).catch(() => undefined);
  }, [store, chatId, hasNewer, last, count]);
}

/** Leads to the newest message, also where it is not held. */
function useWayToEnd(virtualizer: MessageVirtualizer, { chatId, hasNewer }: Options): () => void {
  const { store } = useClient().client;
  const [arrivals, setArrivals] = useState(0);
  useLayoutEffect(() => {
    if (arrivals > 0) virtualizer.scrollToEnd();
  }, [virtualizer, arrivals]);
  return () => {
    if (!hasNewer) return virtualizer.scrollToEnd();
    const arrive = () => setArrivals((count) => count + 1);
    void store.loadNewest(chatId).then(arrive, () => undefined);
  };
}

/** Remembers where a conversation is left, unless that is at its end. */
function useKeepPlace(chatId: ChatId, seq: number | null): void {
  const { places } = useClient();
  const last = useRef(seq);
  last.current = seq;
  useEffect(() => {
    return () => {
      if (last.current === null) places.delete(chatId);
      else places.set(chatId, last.current);
    };
  }, [places, chatId]);
}

type Start = { readonly items: readonly ChatItem[]; readonly startSeq: number | null };

/** Scrolls to where one starts to read. Before that nothing counts as seen: answers whether it has happened. */
function useStart(virtualizer: MessageVirtualizer, { items, startSeq }: Start): boolean {
  const [hasStarted, setHasStarted] = useState(false);
  useLayoutEffect(() => {
    // Without the first unread message, more of them are above the oldest one that is held.
    const first = Math.max(
      0,
      items.findIndex(({ seq }) => seq !== null && startSeq !== null && seq >= startSeq),
    );
    if (startSeq !== null) virtualizer.scrollToIndex(first, { align: 'start' });
    else virtualizer.scrollToEnd();
    setHasStarted(true);
  }, [virtualizer]);
  return hasStarted;
}

/** Brings what is sent from this page into sight; what one sends from elsewhere moves nobody who reads here. */
function useFollowOwn(chatId: ChatId, goToEnd: () => void): void {
  const [openedAt] = useState(Date.now);
  // Not from the rows: those of a part of the history are without it.
  const draftId = useStore(({ outbox }) => {
    const isOwn = (entry: StoredEntry) => entry.chatId === chatId && isDraft(entry) && !entry.failure;
    const last = outbox.findLast(isOwn);
    return last && last.queuedAt >= openedAt ? last.clientId : null;
  });
  useLayoutEffect(() => {
    if (draftId !== null) goToEnd();
  }, [draftId]);
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
  const around =
    18 +
    (item.startsDay ? 56 : 0) +
    (item.startsUnread ? 40 : 0) +
    (item.startsGroup ? 10 : 2) +
    (item.endsGroup ? 20 : 0) +
    (item.reply ? 48 : 0) +
    (item.message?.forwardedFrom ? 20 : 0) +
    (item.message && item.message.reactions.length > 0 ? 32 : 0);
  return lines * lineHeight + around;
}

type Scroller = { isAtEnd(): boolean; scrollToEnd(): void };
type Stay = {
  readonly scroller: Scroller;
  /** The newest messages are not held. */
  readonly isPart: RefObject<boolean>;
  readonly startsAtEnd: boolean;
};

/**
 * Keeps the newest message in sight when the room for messages shrinks, as under a growing text field, and when the
 * messages grow, as under a new reaction.
 */
function useStayAtEnd(ref: RefObject<HTMLElement | null>, { scroller, isPart, startsAtEnd }: Stay): void {
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    // Noted on scroll, because after the resize `isAtEnd` no longer tells where it was before.
    let wasAtEnd = startsAtEnd;
    const remember = () => {
      wasAtEnd = !isPart.current && scroller.isAtEnd();
    };
    const observer = new ResizeObserver(() => {
      wasAtEnd &&= !isPart.current;
      if (wasAtEnd) scroller.scrollToEnd();
    });
    element.addEventListener('scroll', remember, { passive: true });
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => {
      element.removeEventListener('scroll', remember);
      observer.disconnect();
    };
  }, [ref, scroller, isPart, startsAtEnd]);
}
