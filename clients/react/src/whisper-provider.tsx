import type { WhisperClient } from '@whisper/client';
import { useContext, useEffect, useState, type ReactNode } from 'react';
import { ClientContext, LossContext } from './contexts.ts';
import { watchLoss } from './watch-loss.ts';

export type WhisperProviderProps = {
  /** Whose chats everything below shows: of `useWhisperClient`, or made elsewhere. Null while there is none. */
  readonly client: WhisperClient | null;
  readonly children?: ReactNode;
};

/**
 * Gives the hooks below it a client. Without one, as on a server, they show what a client shows before it has connected.
 * The client may be another one at any time; whoever made it closes it.
 */
export function WhisperProvider({ client, children }: WhisperProviderProps): ReactNode {
  const isLost = useLoss(client);
  return (
    <ClientContext.Provider value={client}>
      <LossContext.Provider value={isLost}>{children}</LossContext.Provider>
    </ClientContext.Provider>
  );
}

/** The client of the nearest provider, for what no hook does: `useClient()?.store.edit(…)`. Null while there is none. */
export function useClient(): WhisperClient | null {
  const client = useContext(ClientContext);
  if (client === undefined) throw new Error('There is no <WhisperProvider> around this component');
  return client;
}

function useLoss(client: WhisperClient | null): boolean {
  const [lost, setLost] = useState<WhisperClient | null>(null);
  useEffect(
    () => client?.connection && watchLoss(client.connection, (isLost) => setLost(isLost ? client : null)),
    [client],
  );
  return client !== null && lost === client;
}
