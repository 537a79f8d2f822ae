import { useIsLost } from '../store/use-is-lost.ts';
import { Icon } from '../ui/icon.tsx';

/** The server does not have it yet. Appears only when that takes its time. */
export function PendingNote() {
  const isLost = useIsLost();
  return (
    <p className="message-meta pending">
      <Icon name="waiting" />
      {isLost ? 'Waits for a connection' : 'Sending'}
    </p>
  );
}
