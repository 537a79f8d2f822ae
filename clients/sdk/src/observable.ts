/** A value that can be watched; it has the two functions React's `useSyncExternalStore` asks for. */
export interface Observable<T> {
  /** The current value, the same object until it changes. */
  readonly getSnapshot: () => T;
  /** Calls `listener` after every change until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** A set of listeners; one that throws does not keep the others from being told. */
export class Listeners {
  readonly #listeners = new Set<() => void>();

  add(listener: () => void): () => void {
    // A wrapper of its own, so that the same function may be added twice.
    const entry = () => listener();
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  notify(): void {
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}

/** An observable that its owner sets. */
export class Value<T> implements Observable<T> {
  #value: T;
  readonly #listeners = new Listeners();

  constructor(initial: T) {
    this.#value = initial;
  }

  getSnapshot = (): T => this.#value;
  subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.#listeners.notify();
  }
}

/** Resolves with the first value that answers `isReady`; rejects when the signal aborts before. */
export function whenReady<T>(
  { getSnapshot, subscribe }: Observable<T>,
  isReady: (value: T) => boolean,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const check = () => {
      const value = getSnapshot();
      if (isReady(value)) resolve(value);
      else if (signal.aborted) reject(new Error('The client is closed'));
      else return;
      unsubscribe();
      signal.removeEventListener('abort', check);
    };
    const unsubscribe = subscribe(check);
    signal.addEventListener('abort', check);
    check();
  });
}
