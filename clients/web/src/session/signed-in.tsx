import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import {
  browserStorage,
  createWhisperClient,
  indexedDbFiles,
  toFailure,
  type WhisperClient,
} from '@whisper/client';
import { useWhisperClient, WhisperProvider } from '@whisper/react';
import type { ChatId } from '@whisper/shared';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { Attached } from '../files/attached.ts';
import { appUrl } from '../routing/app-url.ts';
import { leavePush, permissionNow } from '../push/own-browser.ts';
import { findStorage, Notes } from '../store/notes.ts';
import { ClientContext } from '../store/use-client.ts';
import type { Session } from './session.ts';

const retriesMax = 3;

type Props = { readonly session: Session; readonly children: ReactNode };

/** Gives everything below one person's client and what it has fetched; both end with the session. */
export function SignedIn({ session, children }: Props) {
  const [notes] = useState(() => new Notes(findStorage('localStorage')));
  const [places] = useState(() => new Map<ChatId, number>());
  const [attached] = useState(() => new Attached());
  const { client, renew } = useWhisperClient(session, connect);
  // The client is closed by then, and what it owed to what is kept goes with the rest.
  useEffect(
    () => () => {
      if (session.isOver?.()) void client?.forget();
    },
    [session, client],
  );
  const ending = useMemo(() => client && withForgetting(session, client), [session, client]);
  if (!client || !ending) return null;
  return (
    <Provided value={{ client, session: ending, notes, places, attached, reconnect: renew }}>
      {children}
    </Provided>
  );
}

function connect({ getToken, cache }: Session): WhisperClient {
  const files = indexedDbFiles('whisper-files');
  return createWhisperClient({ url: appUrl.href, getToken, storage: browserStorage(), files, cache });
}

/** Signing out leaves nothing of what was shown on the device, and nothing is pushed to it any more. */
function withForgetting(session: Session, client: WhisperClient): Session {
  const signOut = () => {
    const end = () => {
      void client.forget();
      session.signOut();
    };
    // Nothing is pushed to a browser that may not show it, and so nothing is waited for.
    if (permissionNow() === 'granted') void leavePush(client).then(end);
    else end();
  };
  return { ...session, signOut };
}

type ProvidedProps = { readonly value: ClientContext; readonly children: ReactNode };

function Provided({ value, children }: ProvidedProps) {
  const [queries] = useState(createQueryClient);
  return (
    <QueryClientProvider client={queries}>
      <WhisperProvider client={value.client}>
        <ClientContext value={value}>{children}</ClientContext>
      </WhisperProvider>
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
