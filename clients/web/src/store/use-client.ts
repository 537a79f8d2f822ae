import type { WhisperClient } from '@whisper/client';
import { usePresence } from '@whisper/react';
import type { ChatId, UserId } from '@whisper/shared';
import { createContext, useContext } from 'react';
import type { Attached } from '../files/attached.ts';
import type { Session } from '../session/session.ts';
import type { Notes } from './notes.ts';

export { useIsLost, useStore } from '@whisper/react';

export type ClientContext = {
  readonly client: WhisperClient;
  readonly session: Session;
  /** What is kept on this device, in all of its tabs. */
  readonly notes: Notes;
  /** The place of the message at which each conversation was left that was not left at its end. */
  readonly places: Map<ChatId, number>;
  readonly attached: Attached;
  /** Replaces a client that was refused. */
  readonly reconnect: () => void;
};

export const ClientContext = createContext<ClientContext | null>(null);

/** Whoever is signed in, and what belongs to them on this page. */
export function useClient(): ClientContext {
  const value = useContext(ClientContext);
  if (!value) throw new Error('Nobody is signed in here');
  return value;
}

/** Whether somebody is here, as far as one can know: without a connection nobody is. */
export function useIsOnline(userId: UserId | undefined): boolean {
  return usePresence(userId) === 'online';
}
