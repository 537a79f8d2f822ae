import type { ChatSnapshot, Observable, WhisperClient } from '@whisper/client';
import type { ChatId, UserId } from '@whisper/shared';
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Session } from '../session/session.ts';
import type { Notes } from './notes.ts';

export type ClientContext = {
  readonly client: WhisperClient;
  /** The connection has been down for long enough to say so. */
  readonly loss: Observable<boolean>;
  readonly session: Session;
  /** What is kept on this device, in all of its tabs. */
  readonly notes: Notes;
  /** The place of the message at which each conversation was left that was not left at its end. */
  readonly places: Map<ChatId, number>;
  /** Replaces a client that was refused. */
  readonly reconnect: () => void;
};

export const ClientContext = createContext<ClientContext | null>(null);

export function useClient(): ClientContext {
  const value = useContext(ClientContext);
  if (!value) throw new Error('Nobody is signed in here');
  return value;
}

/**
 * A part of the live picture. `select` must answer the same object while its part is the same, so it picks and
 * does not build.
 */
export function useStore<T>(select: (snapshot: ChatSnapshot) => T): T {
  const { store } = useClient().client;
  return useSyncExternalStore(store.subscribe, () => select(store.getSnapshot()));
}

/** The connection has been down for long enough to say so. */
export function useIsLost(): boolean {
  const { loss } = useClient();
  return useSyncExternalStore(loss.subscribe, loss.getSnapshot);
}

/** Whether somebody is here, as far as one can know: without a connection nobody is. */
export function useIsOnline(userId: UserId | undefined): boolean {
  const isLost = useIsLost();
  const isOnline = useStore(({ online }) => userId !== undefined && online.has(userId));
  return isOnline && !isLost;
}
