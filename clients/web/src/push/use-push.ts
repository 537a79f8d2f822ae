import { useEffect } from 'react';
import { useClient } from '../store/use-client.ts';
import { isWanted, joinPush } from './own-browser.ts';

/** Registers this browser at every start, once somebody allowed notifications. It never asks. */
export function usePush(): void {
  const { client, notes } = useClient();
  useEffect(() => {
    if (isWanted(notes)) void joinPush(client);
  }, [client, notes]);
}
