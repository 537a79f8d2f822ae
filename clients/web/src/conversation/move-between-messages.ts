import type { KeyboardEvent } from 'react';

/** From the menu button of one message the arrow keys lead to those of the messages above and below. */
export function moveBetweenMessages(event: KeyboardEvent<HTMLElement>): void {
  const step = stepOf(event.key);
  const { target, currentTarget } = event;
  if (step === 0 || !(target instanceof HTMLElement) || !target.matches('.message-more')) return;
  event.preventDefault();
  const buttons = [...currentTarget.querySelectorAll<HTMLElement>('.message-more')];
  buttons[buttons.indexOf(target) + step]?.focus();
}

function stepOf(key: string): -1 | 0 | 1 {
  if (key === 'ArrowUp') return -1;
  return key === 'ArrowDown' ? 1 : 0;
}
