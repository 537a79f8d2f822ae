import { browserStorage, createWhisperClient, type WhisperClient } from '@whisper/client';
import { useEffect, useState } from 'react';
import type { Session } from './session.ts';

/** The client of a session; another `generation` makes a new one. Null until it is made. */
export function useWhisperClient(session: Session, generation: number): WhisperClient | null {
  const [client, setClient] = useState<WhisperClient | null>(null);
  useEffect(() => {
    const made = createWhisperClient({
      url: location.origin,
      getToken: session.getToken,
      storage: browserStorage(),
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
