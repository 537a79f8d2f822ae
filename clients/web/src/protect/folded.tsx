import { useState, type ReactNode } from 'react';
import type { Message } from '@whisper/shared';
import { useIsBlocked } from './block-items.tsx';

type Props = { readonly message: Message | null; readonly children: ReactNode };

/** What somebody wrote whom I block is shown when I ask for it. */
export function Folded({ message, children }: Props) {
  const isBlocked = useIsBlocked(message?.sender.id);
  const [isShown, setIsShown] = useState(false);
  if (!isBlocked || isShown) return children;
  return (
    <p className="folded">
      Somebody you blocked wrote this.{' '}
      <button type="button" className="link-button" onClick={() => setIsShown(true)}>
        Show it
      </button>
    </p>
  );
}
