import type { Broker, Topic } from './broker.ts';

// A topic's name fixes the type of its events (topics.ts makes every Topic), which a Map cannot express.
type Listener = (event: never) => void;

/** The broker of a single process: everyone gets the published event itself, before `publish` returns. */
export class MemoryBroker implements Broker {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly isShared = false;
  readonly completeUntil = Number.POSITIVE_INFINITY;
  #isClosed = false;

  get size(): number {
    let size = 0;
    for (const listeners of this.#listeners.values()) size += listeners.size;
    return size;
  }

  publish<E>(topic: Topic<E>, event: E): void {
    const listeners = this.#listeners.get(topic.name);
    if (!listeners) return;
    for (const listener of listeners) listener(event as never);
  }

  subscribe<E>(topic: Topic<E>, listener: (event: E) => void): Promise<() => void> {
    if (this.#isClosed) return Promise.reject(new Error('The broker is closed'));
    const listeners = this.#listeners.get(topic.name) ?? new Set<Listener>();
    this.#listeners.set(topic.name, listeners);
    // A wrapper of its own per call: the same function subscribed twice is two subscriptions.
    const entry: Listener = (event) => listener(event);
    listeners.add(entry);
    return Promise.resolve(() => {
      listeners.delete(entry);
      if (listeners.size === 0 && this.#listeners.get(topic.name) === listeners) {
        this.#listeners.delete(topic.name);
      }
    });
  }

  close(): Promise<void> {
    this.#isClosed = true;
    for (const listeners of this.#listeners.values()) listeners.clear();
    this.#listeners.clear();
    return Promise.resolve();
  }
}
