import { useEffect, type RefObject } from 'react';

type Scroller = { isAtEnd(): boolean; scrollToEnd(): void };

/** Keeps the newest message in sight when the room for messages shrinks, as under a growing text field. */
export function useStayAtEnd(ref: RefObject<HTMLElement | null>, scroller: Scroller): void {
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    // Asked while scrolling: once the room has changed, it is too late to know.
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
