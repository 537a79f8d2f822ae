type Network = { readonly type: string; readonly isConnected: boolean | null };

/** A phone whose network never changes. */
export default {
  addEventListener(listener: (network: Network) => void): () => void {
    listener({ type: 'wifi', isConnected: true });
    return () => undefined;
  },
};
