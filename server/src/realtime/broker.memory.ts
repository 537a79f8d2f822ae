import type { Broker, Topic } from './broker.ts';
import type { FeedItem } from './feed.ts';

// A topic's name fixes the type of its events (topics.ts makes every Topic), which a Map cannot express.
type Listener = (item: FeedItem<never>) => void;

/** The broker of a single process. */
export class MemoryBroker implements Broker {
  readonly #listeners = new Map<string, Set<Listener>>();

  get size(): number {
    let size = 0;
    for (const listeners of this.#listeners.values()) size += listeners.size;
    return size;
  }

  publish<E>(topic: Topic<E>, item: FeedItem<E>): void {
    const listeners = this.#listeners.get(topic.name);
    if (!listeners) return;
    for (const listener of listeners) listener(item as FeedItem<never>);
  }

  subscribe<E>(topic: Topic<E>, listener: (item: FeedItem<E>) => void): () => void {
    const listeners = this.#listeners.get(topic.name) ?? new Set<Listener>();
    this.#listeners.set(topic.name, listeners);
    // A wrapper of its own per call: the same function subscribed twice is two subscriptions.
    const entry: Listener = (item) => listener(item);
    listeners.add(entry);
    return () => {
      listeners.delete(entry);
      if (listeners.size === 0 && this.#listeners.get(topic.name) === listeners) {
        this.#listeners.delete(topic.name);
      }
    };
  }
}
