import type { Message } from '@whisper/shared';
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent, type RefObject } from 'react';
import { useClient, useStore } from '../store/use-client.ts';
import { Icon } from '../ui/icon.tsx';
import { moreButtonId, useActs } from './acts.ts';

const offeredEmoji = ['👍', '❤️', '😂', '🎉', '😮', '😢'] as const;

/** Everything one can do with a message, beside the button that opened it. */
export function MessageMenu({ message }: { readonly message: Message }) {
  const ref = useRef<HTMLDivElement>(null);
  const { close, dismiss } = useActs();
  usePlace(ref, moreButtonId(message.id));
  useDismissal(ref, dismiss);
  return (
    <div
      ref={ref}
      className="menu"
      role="menu"
      popover="manual"
      aria-label="Message actions"
      onKeyDown={(event) => moveOrClose(event, close)}
    >
      <EmojiChoice message={message} />
      <Actions message={message} />
    </div>
  );
}

function EmojiChoice({ message }: { readonly message: Message }) {
  const { store } = useClient().client;
  const { show, close } = useActs();
  const meId = useStore(({ me }) => me?.id);
  const isOn = (emoji: string) =>
    message.reactions.some((each) => each.emoji === emoji && each.userIds.some((id) => id === meId));
  const toggle = (emoji: string) => {
    store.react(message, emoji, !isOn(emoji));
    close();
  };
  return (
    <div className="menu-emoji" role="group" aria-label="React">
      {offeredEmoji.map((emoji) => (
        <button
          key={emoji}
          type="button"
          role="menuitemcheckbox"
          aria-checked={isOn(emoji)}
          aria-label={`React with ${emoji}`}
          tabIndex={-1}
          onClick={() => toggle(emoji)}
        >
          {emoji}
        </button>
      ))}
      <button
        type="button"
        role="menuitem"
        aria-label="React with another emoji"
        tabIndex={-1}
        onClick={() => show({ type: 'emoji', id: message.id })}
      >
        <Icon name="more" />
      </button>
    </div>
  );
}

function Actions({ message }: { readonly message: Message }) {
  const { store } = useClient().client;
  const { reply, edit, show, close } = useActs();
  const isMine = useStore(({ me }) => me?.id === message.sender.id);
  const isGroup = useStore(({ chats }) => chats.find(({ id }) => id === message.chatId)?.kind === 'group');
  const isPinned = message.pinnedAt !== null;
  const copy = () => {
    void navigator.clipboard?.writeText(message.text).catch(() => undefined);
    close();
  };
  const pin = () => {
    store.pin(message, !isPinned);
    close();
  };
  const { id } = message;
  return (
    <>
      <Action icon="answer" label="Reply" act={() => reply(message)} />
      {isMine && <Action icon="edit" label="Edit" act={() => edit(message)} />}
      <Action icon="copy" label="Copy text" act={copy} />
      <Action icon="pin" label={isPinned ? 'Unpin' : 'Pin'} act={pin} />
      <Action icon="forward" label="Forward…" act={() => show({ type: 'forward', id })} />
      {isGroup && (
        <Action icon="delivered" label="Who has read it…" act={() => show({ type: 'readers', id })} />
      )}
      <Action icon="remove" label="Delete…" act={() => show({ type: 'delete', id })} />
    </>
  );
}

type ActionProps = {
  readonly icon: Parameters<typeof Icon>[0]['name'];
  readonly label: string;
  readonly act: () => void;
};

function Action({ icon, label, act }: ActionProps) {
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
