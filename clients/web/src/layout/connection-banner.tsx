import { useClient } from '../store/client-context.ts';
import { useIsLost } from '../store/use-is-lost.ts';
import { useStore } from '../store/use-store.ts';

/** Says that the connection is lost and how many messages wait for it. Nothing while all is well. */
export function ConnectionBanner() {
  const { client } = useClient();
  const isLost = useIsLost();
  const waiting = useStore((snapshot) => snapshot.outbox.filter((draft) => !draft.failure).length);

  return (
    <div className="banner" role="status" data-shown={isLost || undefined}>
      {isLost && (
        <>
          <span className="banner-dot" aria-hidden="true" />
          <p>No connection. {describeWaiting(waiting)}</p>
          <button type="button" className="text-button" onClick={() => client.retryNow()}>
            Try now
          </button>
        </>
      )}
    </div>
  );
}

function describeWaiting(count: number): string {
  if (count === 0) return 'You can go on writing.';
  return count === 1 ? '1 message waits and will be sent.' : `${count} messages wait and will be sent.`;
}
