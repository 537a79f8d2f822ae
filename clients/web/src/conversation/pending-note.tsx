import { useIsConnectionLost } from '../layout/use-is-connection-lost.ts';
import { Icon } from '../ui/icon.tsx';

/** The server does not have it yet. Appears only when that takes its time. */
export function PendingNote() {
  const isLost = useIsConnectionLost();
  return (
    <p className="message-meta pending">
      <Icon name="waiting" />
      {isLost ? 'Waits for a connection' : 'Sending'}
    </p>
  );
}
