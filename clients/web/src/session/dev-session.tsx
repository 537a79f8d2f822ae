import { devTokens } from '@whisper/client';
import { useMemo, useState } from 'react';
import { ChatApp } from '../layout/chat-app.tsx';
import { SignInPage } from '../sign-in/sign-in-page.tsx';
import type { Session } from './session.ts';
import { SignedIn } from './signed-in.tsx';

/** Signs in at the local issuer, by name alone. */
export function DevSession() {
  const [name, setName] = useState(rememberedPerson.get);
  const session = useMemo(() => (name === null ? null : createSession(name, () => setName(null))), [name]);

  if (!session) {
    const signIn = (chosen: string) => {
      rememberedPerson.set(chosen);
      setName(chosen);
    };
    return <SignInPage onSignIn={signIn} />;
  }
  return (
    <SignedIn session={session}>
      <ChatApp />
    </SignedIn>
  );
}

function createSession(name: string, onSignOut: () => void): Session {
  const signOut = () => {
    rememberedPerson.forget();
    onSignOut();
  };
  return { getToken: devTokens(location.origin, name), signOut };
}

const key = 'whisper:person';

/** Whom this tab speaks for. Kept per tab, so that two tabs can be two people. */
const rememberedPerson = {
  get: (): string | null => sessionStorage.getItem(key),
  set: (name: string): void => sessionStorage.setItem(key, name),
  forget: (): void => sessionStorage.removeItem(key),
};
