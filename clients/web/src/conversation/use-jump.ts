import { useEffect } from 'react';
import type { Target } from './acts.ts';
import type { ChatItem } from './chat-items.ts';
import type { MessageVirtualizer } from './use-message-scroll.ts';

type Jump = { readonly virtualizer: MessageVirtualizer; readonly target: Target | null };

/** Brings a message into sight, puts the focus there and lets it light up. Nothing happens when it is not held. */
export function useJump(items: readonly ChatItem[], { virtualizer, target }: Jump): void {
  useEffect(() => {
    const index = target === null ? -1 : items.findIndex(({ seq }) => seq === target.seq);
    if (target === null || index < 0) return;
    virtualizer.scrollToIndex(index, { align: 'center' });
    return whenRendered(virtualizer, `[data-seq="${target.seq}"]`, light);
  }, [virtualizer, target]);
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
