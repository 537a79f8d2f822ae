import { ClerkFailed, ClerkProvider, SignIn, useAuth } from '@clerk/react';
import { indexedDbStorage } from '@whisper/client';
import { useMemo } from 'react';
import { ChatApp } from '../layout/chat-app.tsx';
import { ErasureNotice } from '../own-data/erasure-notice.tsx';
import { homePath } from '../routing/route.ts';
import { SignedIn } from './signed-in.tsx';

/** Signs in with Clerk's own components. */
export function ClerkSession({ publishableKey }: { readonly publishableKey: string }) {
  return (
    <ClerkProvider publishableKey={publishableKey} telemetry={false} afterSignOutUrl={homePath}>
      <ClerkGate />
    </ClerkProvider>
  );
}

function ClerkGate() {
  const { isLoaded, userId, getToken, signOut } = useAuth();
  // Clerk's functions change on every render, so only another user makes a new session.
  const session = useMemo(
    () =>
      userId && {
        getToken: () => getToken(),
        cache: { storage: indexedDbStorage('whisper'), account: userId },
        signOut: () => void signOut().catch(() => undefined),
      },
    [userId],
  );
  if (!isLoaded) return <NotLoaded />;
  if (!session) {
    return (
      <main className="sign-in">
        <ErasureNotice />
        <SignIn routing="hash" />
      </main>
    );
  }
  return (
    <SignedIn session={session}>
      <ChatApp />
    </SignedIn>
  );
}

/** Shows nothing while Clerk loads, and a way to try again when loading failed. */
function NotLoaded() {
  return (
    <ClerkFailed>
      <main className="sign-in">
        <div className="sign-in-card" role="alert">
          <h1 className="wordmark">Whisper</h1>
          <p className="sign-in-lead">Signing in is not possible right now: Clerk does not answer.</p>
          <button type="button" className="button" onClick={() => location.reload()}>
            Try again
          </button>
        </div>
      </main>
    </ClerkFailed>
  );
}
