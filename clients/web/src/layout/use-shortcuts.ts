import { useEffect } from 'react';
import { goHome } from '../routing/route.ts';
import { isComposing } from '../ui/keyboard.ts';

export const searchFieldId = 'search';

/** `/` finds somebody; Escape goes back, unless something nearer has taken it. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isComposing(event)) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Escape') return goHome();
      if (event.key !== '/' || isEditable(event.target)) return;
      event.preventDefault();
      if (isHidden(document.getElementById(searchFieldId))) goHome();
      // `history.back` takes effect in a later turn, and only then is the field visible.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => document.getElementById(searchFieldId)?.focus()),
      );
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

export function isEditable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA)$/.test(target.tagName))
  );
}

function isHidden(element: HTMLElement | null): boolean {
  return element === null || element.offsetParent === null;
}
