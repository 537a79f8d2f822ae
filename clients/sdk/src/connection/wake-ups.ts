/**
 * Calls `wake` whenever the network or the person may be back, until the returned function is called. Too often is harmless.
 */
export type WakeUps = (wake: () => void) => () => void;

/** Browsers say when the network is back, and when the page is looked at again; where there is no page, nobody does. */
export const pageWakeUps: WakeUps = (wake) => {
  const onVisible = () => {
    if (document.visibilityState === 'visible') wake();
  };
  const page = typeof document === 'undefined' ? undefined : document;
  const scope = typeof addEventListener === 'function' ? globalThis : undefined;
  page?.addEventListener('visibilitychange', onVisible);
  scope?.addEventListener('online', wake);
  return () => {
    page?.removeEventListener('visibilitychange', onVisible);
    scope?.removeEventListener('online', wake);
  };
};

type Network = { readonly type: string; readonly isConnected: boolean | null };

/** What an app hands over; these are given by `react-native` and `@react-native-community/netinfo` as they are. */
export type AppSignals = {
  readonly AppState: {
    addEventListener(type: 'change', listener: (state: string) => void): { remove(): void };
  };
  /** Without it a change of networks is noticed when the old one has been silent for 15 s. */
  readonly NetInfo?: { addEventListener(listener: (network: Network) => void): () => void };
};

/** For React Native: when the app comes to the foreground, and when it has a network again, or another one. */
export function appWakeUps({ AppState, NetInfo }: AppSignals): WakeUps {
  return (wake) => {
    const watching = AppState.addEventListener('change', (state) => {
      if (state === 'active') wake();
    });
    let before: Network | undefined;
    const stop = NetInfo?.addEventListener((network) => {
      const isOther = network.type !== before?.type || network.isConnected !== before.isConnected;
      // The first is told to every new listener.
      if (before && isOther && network.isConnected) wake();
      before = network;
    });
    return () => {
      watching.remove();
      stop?.();
    };
  };
}
