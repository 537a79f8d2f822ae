import type { ChatId } from '@whisper/shared';
import { useEffect, useState } from 'react';
import { useClient } from '../store/use-client.ts';
import type { Target } from './acts.ts';
import type { ChatItem } from './chat-items.ts';
import type { MessageVirtualizer } from './use-message-scroll.ts';

type Jump = {
  readonly chatId: ChatId;
  readonly virtualizer: MessageVirtualizer;
  readonly target: Target | null;
};

/**
 * Brings a message into sight, puts the focus there and lets it light up; the messages around one that is not held are
 * fetched first. Where one is not there for this person it is the next one. Answers whether it is on its way.
 */
export function useJump(items: readonly ChatItem[], { chatId, virtualizer, target }: Jump): boolean {
  const { store } = useClient().client;
  const [reached, setReached] = useState<Target | null>(null);
  useEffect(() => {
    if (target === null) return;
    let isWanted = true;
    const arrive = () => {
      if (isWanted) setReached(target);
    };
    // Without them it is what is held that comes closest.
    void store.openAround(chatId, target.seq).then(arrive, arrive);
    return () => {
      isWanted = false;
    };
  }, [store, chatId, target]);
  useEffect(() => {
    const index = reached === null ? -1 : items.findIndex(({ seq }) => seq !== null && seq >= reached.seq);
    if (index < 0) return;
    virtualizer.scrollToIndex(index, { align: 'center' });
    return whenRendered(virtualizer, `[data-seq="${items[index]?.seq}"]`, light);
  }, [virtualizer, reached]);
  return target !== reached && !items.some(({ seq }) => seq === target?.seq);
}

/** The virtualizer renders what it scrolled to only a few frames later. Answers how to stop waiting. */
function whenRendered(
  { scrollElement }: MessageVirtualizer,
  selector: string,
  act: (element: HTMLElement) => void,
): () => void {
  let frame = requestAnimationFrame(function look() {
    const element = scrollElement?.querySelector<HTMLElement>(selector);
    if (element) act(element);
    else frame = requestAnimationFrame(look);
  });
  return () => cancelAnimationFrame(frame);
}

function light(element: HTMLElement): void {
  element.focus({ preventScroll: true });
  const colour = getComputedStyle(element).getPropertyValue('--accent-soft');
  element.animate([{ backgroundColor: colour }, { backgroundColor: 'transparent' }], {
    duration: 1_600,
    easing: 'ease-in',
  });
}
