export type Awaitable<T> = Promise<T> | T;

/**
 * Where a device keeps texts by key across restarts: what is unsent, and the last state. React Native's `AsyncStorage` is one
 * as it is. Two tabs or processes of a person may share one: an item is written whole or not at all, and the last
 * writer wins. Every function may answer at once or later, throw, reject or not answer at all. Keys are letters,
 * digits and `_ - :`, and begin with `keyPrefix`.
 */
export interface DeviceStorage {
  /** In any order. What is not ours may be among them. */
  getAllKeys(): Awaitable<readonly string[]>;
  getItem(key: string): Awaitable<string | null>;
  setItem(key: string, text: string): Awaitable<void>;
  /** Removing what is not there is harmless. */
  removeItem(key: string): Awaitable<void>;
}

export function isPromise<T>(asked: Awaitable<T>): asked is Promise<T> {
  return typeof asked === 'object' && asked !== null && 'then' in asked;
}

export const keyPrefix = 'whisper:';
