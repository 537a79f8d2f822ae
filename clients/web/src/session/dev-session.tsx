import { devTokens, indexedDbStorage } from '@whisper/client';
import { useMemo, useState, useSyncExternalStore } from 'react';
import { ChatApp } from '../layout/chat-app.tsx';
import { appUrl } from '../routing/app-url.ts';
import { SignInPage } from '../sign-in/sign-in-page.tsx';
import { findStorage, Notes } from '../store/notes.ts';
import type { Session } from './session.ts';
import { SignedIn } from './signed-in.tsx';

/** Signs in at the local issuer, by name alone. */
export function DevSession() {
  const [name, setName] = useRememberedPerson();
  const session = useMemo(() => createSession(name, () => setName('')), [name]);
  if (name === '') return <SignInPage onSignIn={setName} />;
  return (
    <SignedIn session={session}>
      <ChatApp />
    </SignedIn>
  );
}

function createSession(name: string, signOut: () => void): Session {
  // Each person has their own, because several may be here at once, each in a tab.
  const cache = { storage: indexedDbStorage(`whisper:${name}`), account: name };
  return { getToken: devTokens(appUrl.href, name), cache, signOut };
}

const key = 'whisper:person';

/** Whom this tab speaks for; empty for nobody. Kept per tab, so that two tabs can be two people. */
function useRememberedPerson(): [name: string, remember: (name: string) => void] {
  const [notes] = useState(() => new Notes(findStorage('sessionStorage')));
  const name = useSyncExternalStore(notes.subscribe, () => notes.get(key));
  return [name, (chosen) => notes.set(key, chosen)];
}
