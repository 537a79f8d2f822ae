import { ClerkFailed, ClerkProvider, SignIn, useAuth, useClerk } from '@clerk/react';
import { indexedDbStorage } from '@whisper/client';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { ChatApp } from '../layout/chat-app.tsx';
import { ErasureNotice } from '../own-data/erasure-notice.tsx';
import { homePath } from '../routing/route.ts';
import { findStorage, Notes } from '../store/notes.ts';
import { ClerkAccount } from './clerk-account.ts';
import type { Session } from './session.ts';
import { SignedIn } from './signed-in.tsx';

/**
 * Signs in with Clerk's own components. Until Clerk can be asked, whoever was signed in here last sees what this device keeps
 * of theirs.
 */
export function ClerkSession({ publishableKey }: { readonly publishableKey: string }) {
  return (
    <ClerkProvider publishableKey={publishableKey} telemetry={false} afterSignOutUrl={homePath}>
      <ClerkGate />
    </ClerkProvider>
  );
}

function ClerkGate() {
  const { isLoaded, userId, signOut } = useAuth();
  const [account] = useState(() => new ClerkAccount(new Notes(findStorage('localStorage'))));
  const said = isLoaded ? userId : undefined;
  const shown = useSyncExternalStore(account.subscribe, () => account.shown(said));
  const leave = () => void signOut().catch(() => undefined);
  const session = useClerkSession(shown, () => {
    if (shown) account.leave(shown);
    leave();
  });
  useEffect(() => {
    account.hear(said);
    // Clerk ends no session without a network.
    const again = () => {
      if (said && account.isLeaving) leave();
    };
    again();
    addEventListener('online', again);
    return () => removeEventListener('online', again);
  }, [said]);
  if (session) {
    return (
      <SignedIn session={session}>
        <ChatApp />
        <ClerkFailed>
          <ReloadOnline />
        </ClerkFailed>
      </SignedIn>
    );
  }
  if (!isLoaded) return <NotLoaded />;
  return (
    <main className="sign-in">
      <ErasureNotice />
      {!userId && <SignIn routing="hash" />}
    </main>
  );
}

function useClerkSession(userId: string | null, signOut: () => void): Session | null {
  const clerk = useClerk();
  const { getToken } = useAuth();
  // Clerk's functions change on every render, so only another user makes a new session.
  return useMemo(
    () =>
      userId === null
        ? null
        : {
            // Waits for Clerk, which may then say that it is somebody else.
            getToken: async () => {
              const token = await getToken();
              return clerk.user?.id === userId ? token : null;
            },
            cache: { storage: indexedDbStorage('whisper'), account: userId },
            signOut,
            isOver: () => clerk.loaded && clerk.user?.id !== userId,
          },
    [userId],
  );
}

/** What is shown without Clerk goes on with it: its script is asked for once in the life of a page. */
function ReloadOnline() {
  useEffect(() => {
    const reload = () => location.reload();
    addEventListener('online', reload);
    return () => removeEventListener('online', reload);
  }, []);
  return null;
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
