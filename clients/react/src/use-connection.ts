import type { ConnectionState } from '@whisper/client';
import { useContext, useMemo } from 'react';
import { LossContext } from './contexts.ts';
import { useStore } from './use-store.ts';
import { useClient } from './whisper-provider.tsx';

/** How the connection is, and with `refused` why. The same object until that changes. */
export type ConnectionHealth = ConnectionState & {
  /** It has been down for long enough to say so; a short break is not worth telling. */
  readonly isLost: boolean;
  /** Does not wait for the next attempt to connect. */
  readonly retryNow: () => void;
};

/** The connection to the server. It comes back by itself, except when it is `refused`: see `renew` of the client. */
export function useConnection(): ConnectionHealth {
  const client = useClient();
  const state = useStore(({ connection }) => connection);
  const isLost = useIsLost();
  return useMemo(() => ({ ...state, isLost, retryNow: () => client?.retryNow() }), [client, state, isLost]);
}

/** `useConnection().isLost` alone, which changes less often. */
export function useIsLost(): boolean {
  return useContext(LossContext);
}
