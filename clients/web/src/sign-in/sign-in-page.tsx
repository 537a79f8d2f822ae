import { fetchDevPeople, type DevPeople } from '@whisper/client';
import { useEffect, useState } from 'react';
import { ErasureNotice } from '../own-data/erasure-notice.tsx';
import { appUrl } from '../routing/app-url.ts';
import { DemoSignIn } from './demo-sign-in.tsx';

type Props = { readonly onSignIn: (name: string) => void };

/** Asks for a name to sign in with. Without a local issuer it says what is missing. */
export function SignInPage({ onSignIn }: Props) {
  const [people, setPeople] = useState<DevPeople | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    document.title = 'Sign in · Whisper';
    void fetchDevPeople(appUrl.href).then(setPeople);
  }, [attempt]);

  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1 className="wordmark">Whisper</h1>
        <ErasureNotice />
        {people && <Choice people={people} onSignIn={onSignIn} onRetry={() => setAttempt(attempt + 1)} />}
      </div>
    </main>
  );
}

type ChoiceProps = Props & { readonly people: DevPeople; readonly onRetry: () => void };

function Choice({ people, onSignIn, onRetry }: ChoiceProps) {
  switch (people.status) {
    case 'offered':
      return (
        <>
          <DemoSignIn names={people.names} onSignIn={onSignIn} />
          <nav className="developer-links" aria-label="For developers">
            <a href={new URL('panel', appUrl).href}>Panel</a>
            <a href={new URL('api/docs', appUrl).href}>REST docs</a>
          </nav>
        </>
      );
    case 'elsewhere':
      return (
        <p className="sign-in-lead">Signing in by name works only on the machine that the server runs on.</p>
      );
    case 'none':
      return (
        <p className="sign-in-lead">
          People sign in with Clerk here, but this page was built without its key. Set
          VITE_CLERK_PUBLISHABLE_KEY and start the server again.
        </p>
      );
    case 'unreachable':
      return (
        <>
          <p className="sign-in-lead">
            The server does not answer. It may be starting; try again in a moment.
          </p>
          <button type="button" className="button" onClick={onRetry}>
            Try again
          </button>
        </>
      );
  }
  return people satisfies never;
}
