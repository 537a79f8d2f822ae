import {
  useEffect,
  useLayoutEffect,
  useRef,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import { Icon } from './icon.tsx';

type Props = {
  readonly label: string;
  /** The button that opened it. */
  readonly anchorId: string;
  /** The focus returns to the button. */
  readonly onClose: () => void;
  /** Closed where the focus has its own way. */
  readonly onDismiss: () => void;
  readonly children: ReactNode;
};

/** A menu beside the button that opened it. */
export function Menu({ label, anchorId, onClose, onDismiss, children }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  usePlace(ref, anchorId);
  useDismissal(ref, onDismiss);
  return (
    <div
      ref={ref}
      className="menu"
      role="menu"
      popover="manual"
      aria-label={label}
      onKeyDown={(event) => moveOrClose(event, onClose)}
    >
      {children}
    </div>
  );
}

type ItemProps = {
  readonly icon: Parameters<typeof Icon>[0]['name'];
  readonly label: string;
  readonly act: () => void;
};

/** One thing to do. */
export function MenuItem({ icon, label, act }: ItemProps) {
  return (
    <button type="button" className="menu-item" role="menuitem" tabIndex={-1} onClick={act}>
      <Icon name={icon} />
      <span>{label}</span>
    </button>
  );
}

const edge = 8;

/** Shows the menu beside the button, wherever there is room for all of it, and puts the focus into it. */
function usePlace(ref: RefObject<HTMLElement | null>, anchorId: string): void {
  useLayoutEffect(() => {
    const menu = ref.current;
    const anchor = document.getElementById(anchorId)?.getBoundingClientRect();
    if (!menu || !anchor) return;
    menu.showPopover();
    const { width, height } = menu.getBoundingClientRect();
    const isBelow = anchor.bottom + height + edge <= innerHeight;
    const top = isBelow ? anchor.bottom : anchor.top - height;
    const left = anchor.left > innerWidth / 2 ? anchor.right - width : anchor.left;
    menu.style.top = `${clamp(top, innerHeight - height)}px`;
    menu.style.left = `${clamp(left, innerWidth - width)}px`;
    menu.querySelector<HTMLElement>('.menu-item')?.focus();
  }, [ref, anchorId]);
}

function clamp(value: number, room: number): number {
  return Math.max(edge, Math.min(value, room - edge));
}

/** A press or a scroll beside the menu closes it, and so does a change of the window, where it would hang in the air. */
function useDismissal(ref: RefObject<HTMLElement | null>, dismiss: () => void): void {
  useEffect(() => {
    const onOutside = ({ target }: Event) => {
      if (target instanceof Node && !ref.current?.contains(target)) dismiss();
    };
    document.addEventListener('pointerdown', onOutside);
    document.addEventListener('wheel', onOutside, { passive: true });
    addEventListener('resize', dismiss);
    return () => {
      document.removeEventListener('pointerdown', onOutside);
      document.removeEventListener('wheel', onOutside);
      removeEventListener('resize', dismiss);
    };
  }, [ref, dismiss]);
}

function moveOrClose(event: KeyboardEvent<HTMLElement>, close: () => void): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('button')];
  const here = items.findIndex((item) => item === document.activeElement);
  switch (event.key) {
    case 'Escape':
    case 'Tab':
      event.preventDefault();
      return close();
    case 'ArrowDown':
    case 'ArrowRight':
      event.preventDefault();
      return items[(here + 1) % items.length]?.focus();
    case 'ArrowUp':
    case 'ArrowLeft':
      event.preventDefault();
      return items.at(here - 1)?.focus();
    case 'Home':
      return items[0]?.focus();
    case 'End':
      return items.at(-1)?.focus();
  }
}
