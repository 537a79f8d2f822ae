/** What a device keeps of a file that is not sent yet, and since when, in epoch milliseconds. */
export type KeptFile = { readonly key: string; readonly at: number };

/**
 * Where a device keeps the bytes of files until their message is sent, across restarts. Keys are letters, digits and
 * `-`. Every function may reject or not answer at all: what is not kept is still sent by this process.
 */
export interface DeviceFiles {
  /** In any order. */
  list(): Promise<readonly KeptFile[]>;
  /** Undefined when there is nothing under the key. */
  get(key: string): Promise<Blob | undefined>;
  put(key: string, bytes: Blob): Promise<void>;
  /** Removing what is not there is harmless. */
  remove(key: string): Promise<void>;
}

/** Keeps files for as long as the object lives. */
export function memoryFiles(): DeviceFiles {
  const files = new Map<string, { readonly bytes: Blob; readonly at: number }>();
  return {
    list: async () => [...files].map(([key, { at }]) => ({ key, at })),
    get: async (key) => files.get(key)?.bytes,
    put: async (key, bytes) => void files.set(key, { bytes, at: Date.now() }),
    remove: async (key) => void files.delete(key),
  };
}
