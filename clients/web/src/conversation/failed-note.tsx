import type { ClientId } from '@whisper/shared';
import { useClient } from '../store/client-context.ts';
import { Icon } from '../ui/icon.tsx';

type Props = { readonly clientId: ClientId; readonly reason: string };

/** The server refused a message; only its writer can decide what becomes of it. */
export function FailedNote({ clientId, reason }: Props) {
  const { store } = useClient().client;
  return (
    <p className="message-meta failed" role="alert">
      <Icon name="warning" />
      <span>Not sent: {reason}</span>
      <button type="button" className="text-button" onClick={() => store.retry(clientId)}>
        Try again
      </button>
      <button type="button" className="text-button" onClick={() => store.discard(clientId)}>
        Discard
      </button>
    </p>
  );
}
