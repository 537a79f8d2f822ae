import type { Observable, WhisperClient } from '@whisper/client';
import { createContext, useContext } from 'react';
import type { Session } from '../session/session.ts';

export type ClientContext = {
  readonly client: WhisperClient;
  /** The connection has been down for long enough to say so. */
  readonly loss: Observable<boolean>;
  readonly session: Session;
  /** Replaces a client that was refused. */
  readonly reconnect: () => void;
};

export const ClientContext = createContext<ClientContext | null>(null);

export function useClient(): ClientContext {
  const value = useContext(ClientContext);
  if (!value) throw new Error('Nobody is signed in here');
  return value;
}
