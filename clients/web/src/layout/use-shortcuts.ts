import { useEffect, useRef } from 'react';
import { goHome } from '../routing/route.ts';
import { isComposing } from '../ui/keyboard.ts';

export const searchFieldId = 'search';

type Shortcuts = {
  /** Ctrl+K, and Cmd+K where there is such a key. */
  readonly onSwitch: () => void;
  /** Ctrl+F; pressed once more in the search it is the browser's own. */
  readonly onSearch: () => void;
};

/** `/` finds somebody; Escape goes back, unless something nearer has taken it. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isComposing(event)) return;
      if (isCtrlKey(event, 'k')) {
        event.preventDefault();
        return latest.current.onSwitch();
      }
      if (isCtrlKey(event, 'f') && !document.querySelector('dialog[open]')) {
        event.preventDefault();
        return latest.current.onSearch();
      }
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

function isCtrlKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent, letter: string): boolean {
  return key.toLowerCase() === letter && ctrlKey !== metaKey && !altKey && !shiftKey;
}

export function isEditable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA)$/.test(target.tagName))
  );
}

function isHidden(element: HTMLElement | null): boolean {
  return element === null || element.offsetParent === null;
}
