/** The browser's storage; null where there is none or it is not given, which some browsers say by throwing. */
export function findStorage(kind: 'localStorage' | 'sessionStorage'): Storage | null {
  try {
    return window[kind];
  } catch {
    return null;
  }
}

/**
 * Short texts by name, kept by the browser. Nothing here throws: what the browser does not keep, because it is full
 * or keeps nothing, lives as long as the page.
 */
export class Notes {
  readonly #storage: Storage | null;
  readonly #unkept = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  constructor(storage: Storage | null) {
    this.#storage = storage;
  }

  get(name: string): string {
    return this.#unkept.get(name) ?? this.#try((storage) => storage.getItem(name)) ?? '';
  }

  /** An empty text is none. */
  set(name: string, text: string): void {
    this.#unkept.delete(name);
    const isKept = this.#try((storage) => {
      if (text === '') storage.removeItem(name);
      else storage.setItem(name, text);
      return true;
    });
    if (!isKept) this.#unkept.set(name, text);
    for (const listener of this.#listeners) listener();
  }

  /** Hears of changes in this page and, where the storage is shared, in others. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    addEventListener('storage', listener);
    return () => {
      this.#listeners.delete(listener);
      removeEventListener('storage', listener);
    };
  };

  #try<T>(act: (storage: Storage) => T): T | null {
    try {
      return this.#storage && act(this.#storage);
    } catch {
      return null;
    }
  }
}
