import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { browserStorage, createWhisperClient, toFailure, type WhisperClient } from '@whisper/client';
import type { ChatId } from '@whisper/shared';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { appUrl } from '../routing/app-url.ts';
import { findStorage, Notes } from '../store/notes.ts';
import { ClientContext } from '../store/use-client.ts';
import { watchLoss } from '../store/watch-loss.ts';
import type { Session } from './session.ts';

const retriesMax = 3;

type Props = { readonly session: Session; readonly children: ReactNode };

/** Gives everything below one person's client and what it has fetched; both end with the session. */
export function SignedIn({ session, children }: Props) {
  const [generation, setGeneration] = useState(0);
  const [notes] = useState(() => new Notes(findStorage('localStorage')));
  const [places] = useState(() => new Map<ChatId, number>());
  const client = useWhisperClient(session, generation);
  const reconnect = () => setGeneration((current) => current + 1);
  const loss = useMemo(() => client && watchLoss(client.connection), [client]);
  const ending = useMemo(() => client && withForgetting(session, client), [session, client]);
  if (!client || !loss || !ending) return null;
  return (
    <Provided key={generation} value={{ client, loss, session: ending, notes, places, reconnect }}>
      {children}
    </Provided>
  );
}

/** Signing out leaves nothing of what was shown on the device. */
function withForgetting(session: Session, client: WhisperClient): Session {
  const signOut = () => {
    void client.forget();
    session.signOut();
  };
  return { ...session, signOut };
}

type ProvidedProps = { readonly value: ClientContext; readonly children: ReactNode };

function Provided({ value, children }: ProvidedProps) {
  const [queries] = useState(createQueryClient);
  return (
    <QueryClientProvider client={queries}>
      <ClientContext value={value}>{children}</ClientContext>
    </QueryClientProvider>
  );
}

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Without a network the server may still be reachable, on this machine.
        networkMode: 'always',
        staleTime: 30_000,
        retry: (count, error) => toFailure(error).isRetryable && count < retriesMax,
      },
      mutations: { networkMode: 'always' },
    },
  });
}

/** The client of a session; another `generation` makes a new one. Null until it is made. */
function useWhisperClient(session: Session, generation: number): WhisperClient | null {
  const [client, setClient] = useState<WhisperClient | null>(null);
  useEffect(() => {
    const made = createWhisperClient({
      url: appUrl.href,
      getToken: session.getToken,
      storage: browserStorage(),
      cache: session.cache,
    });
    const retry = () => {
      if (document.visibilityState === 'visible') made.retryNow();
    };
    document.addEventListener('visibilitychange', retry);
    setClient(made);
    return () => {
      document.removeEventListener('visibilitychange', retry);
      setClient(null);
      made.close();
    };
  }, [session, generation]);
  return client;
}
