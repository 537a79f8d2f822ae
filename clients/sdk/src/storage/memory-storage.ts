import type { DeviceStorage } from './device-storage.ts';

/** Keeps items for as long as the object lives. */
export function memoryStorage(): DeviceStorage {
  const items = new Map<string, string>();
  return {
    getAllKeys: () => [...items.keys()],
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, text) => void items.set(key, text),
    removeItem: (key) => void items.delete(key),
  };
}
