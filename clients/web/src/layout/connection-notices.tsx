import { isDraft, type ConnectionState } from '@whisper/client';
import { useConnection } from '@whisper/react';
import { useClient, useStore } from '../store/use-client.ts';
import { useAppWorker } from './use-app-worker.ts';

/** Says that the connection is lost and how many messages wait for it. Nothing while all is well. */
export function ConnectionBanner() {
  const { isLost, retryNow } = useConnection();
  const waiting = useStore(({ outbox }) => outbox.filter(isDraft).filter(({ failure }) => !failure).length);
  const isLoaded = useStore(({ me }) => me !== null);

  return (
    <div className="banner" role="status" data-shown={isLost || undefined}>
      {isLost && (
        <>
          <span className="banner-dot" aria-hidden="true" />
          <p>{`No connection. ${isLoaded ? describeWaiting(waiting) : 'Your chats come as soon as there is one.'}`}</p>
          <button type="button" className="text-button" onClick={retryNow}>
            Try now
          </button>
        </>
      )}
    </div>
  );
}

/** Says that the page is older than the app. What is being written is kept over the reload. */
export function UpdateNotice() {
  const isOutdated = useAppWorker();
  if (!isOutdated) return null;
  return (
    <div className="banner quiet" role="status" data-shown>
      <p>There is a new version of Whisper.</p>
      <button type="button" className="text-button" onClick={() => location.reload()}>
        Reload
      </button>
    </div>
  );
}

function describeWaiting(count: number): string {
  if (count === 0) return 'You can go on writing.';
  return count === 1 ? '1 message waits and will be sent.' : `${count} messages wait and will be sent.`;
}

type Refusal = Extract<ConnectionState, { status: 'refused' }>;

const explanations: Partial<Record<Refusal['reason'], string>> = {
  signedOut: 'Your session is over. Sign in again to go on.',
  unauthorized: 'Your session is no longer good. Sign in again to go on.',
  sessionRevoked: 'This session was ended from elsewhere. Sign in again to go on.',
  userDeleted: 'This account was deleted.',
  tooManySockets: 'You are here in too many tabs. Close some of them and try again.',
};

/** For a client that the server refused. What was not sent yet is kept on this device. */
export function RefusedPage({ refusal }: { readonly refusal: Refusal }) {
  const { session, reconnect } = useClient();
  return (
    <main className="sign-in">
      <div className="sign-in-card" role="alert">
        <h1 className="wordmark">Whisper</h1>
        <p className="sign-in-lead">{explanations[refusal.reason] ?? `${refusal.message}.`}</p>
        <p className="sign-in-lead">Messages you have written are kept on this device.</p>
        <div className="button-row">
          <button type="button" className="button" onClick={session.signOut}>
            Sign in again
          </button>
          <button type="button" className="button quiet" onClick={reconnect}>
            Try again
          </button>
        </div>
      </div>
    </main>
  );
}
