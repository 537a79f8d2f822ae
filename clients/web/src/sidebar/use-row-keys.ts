import type { ChatId } from '@whisper/shared';
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent, type RefObject } from 'react';
import { isComposing } from '../ui/keyboard.ts';

/** Marks what the arrow keys walk along: links and buttons with `data-row`. */
const rowSelector = '[data-row]';

type RowKeys = {
  readonly ref: RefObject<HTMLDivElement | null>;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
};

/**
 * One row of the list is in the tab order; the arrow keys, Home and End move between them, from the search field
 * too. When a conversation is left, its row has the focus.
 */
export function useRowKeys(selected: ChatId | null): RowKeys {
  const ref = useRef<HTMLDivElement>(null);
  const left = useRef<ChatId | null>(null);

  useLayoutEffect(() => {
    if (!ref.current) return;
    // Rows are added and removed without a render of this component.
    const observer = new MutationObserver(() => keepTabStop(findRows(ref.current)));
    observer.observe(ref.current, { childList: true, subtree: true, attributeFilter: ['aria-current'] });
    keepTabStop(findRows(ref.current));
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (!selected && left.current) {
      findRows(ref.current)
        .find((row) => row.dataset['row'] === left.current)
        ?.focus();
    }
    left.current = selected;
  }, [selected]);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const rows = findRows(ref.current);
    const isInSearch = event.target instanceof HTMLInputElement;
    const from = rows.findIndex((row) => row === event.target);
    if ((from < 0 && !isInSearch) || isComposing(event.nativeEvent)) return;
    if (isInSearch && event.key === 'Enter') return rows[0]?.click();
    const to = targetOf(event.key, { from, count: rows.length, isInSearch });
    const row = to === undefined ? undefined : rows[to];
    if (!row) return;
    event.preventDefault();
    setTabStop(rows, row);
    row.focus();
  };

  return { ref, onKeyDown };
}

type Place = { readonly from: number; readonly count: number; readonly isInSearch: boolean };

function targetOf(key: string, { from, count, isInSearch }: Place): number | undefined {
  if (key === 'ArrowDown') return Math.min(from + 1, count - 1);
  if (isInSearch) return undefined;
  if (key === 'ArrowUp') return Math.max(from - 1, 0);
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : undefined;
}

function findRows(container: HTMLElement | null): HTMLElement[] {
  return [...(container?.querySelectorAll<HTMLElement>(rowSelector) ?? [])];
}

function keepTabStop(rows: readonly HTMLElement[]): void {
  const focused = rows.find((row) => row === document.activeElement);
  setTabStop(rows, focused ?? rows.find((row) => row.ariaCurrent === 'page') ?? rows[0]);
}

function setTabStop(rows: readonly HTMLElement[], stop: HTMLElement | undefined): void {
  for (const row of rows) row.tabIndex = row === stop ? 0 : -1;
}
