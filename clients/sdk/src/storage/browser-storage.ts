import type { DeviceStorage } from './device-storage.ts';

/** Keeps items in `localStorage`, or in anything else with its shape: little room, but an item is kept at once. */
export function browserStorage(given?: Storage): DeviceStorage {
  // Asked for only when it is used: where it is forbidden, touching it throws.
  const shelf = () => given ?? localStorage;
  return {
    getAllKeys: () => Array.from({ length: shelf().length }, (_, index) => shelf().key(index) ?? ''),
    getItem: (key) => shelf().getItem(key),
    setItem: (key, text) => shelf().setItem(key, text),
    removeItem: (key) => shelf().removeItem(key),
  };
}
