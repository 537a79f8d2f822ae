import type { Broker, Topic } from './broker.ts';

// A topic's name fixes the type of its events (topics.ts makes every Topic), which a Map cannot express.
type Listener = (event: never) => void;

/** The broker of a single process: everyone gets the published event itself, before `publish` returns. */
export class MemoryBroker implements Broker {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly isShared = false;
  readonly #writes: Pick<Broker, 'completeUntil'> | undefined;
  #isClosed = false;

  constructor(writes?: Pick<Broker, 'completeUntil'>) {
    this.#writes = writes;
  }

  get completeUntil(): number {
    return this.#writes?.completeUntil ?? Number.POSITIVE_INFINITY;
  }

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

  publishAll<E>(topics: readonly Topic<E>[], event: E): void {
    for (const topic of topics) this.publish(topic, event);
  }

  subscribe<E>(topic: Topic<E>, listener: (event: E) => void): Promise<() => void> {
    return this.subscribeAll([topic], listener);
  }

  subscribeAll<E>(topics: readonly Topic<E>[], listener: (event: E) => void): Promise<() => void> {
    if (this.#isClosed) return Promise.reject(new Error('The broker is closed'));
    // A wrapper of its own per call: the same function subscribed twice is two subscriptions.
    const entry: Listener = (event) => listener(event);
    for (const { name } of topics) {
      const listeners = this.#listeners.get(name);
      if (listeners) listeners.add(entry);
      else this.#listeners.set(name, new Set([entry]));
    }
    return Promise.resolve(() => {
      for (const { name } of topics) this.#remove(name, entry);
    });
  }

  close(): Promise<void> {
    this.#isClosed = true;
    for (const listeners of this.#listeners.values()) listeners.clear();
    this.#listeners.clear();
    return Promise.resolve();
  }

  #remove(name: string, entry: Listener): void {
    const listeners = this.#listeners.get(name);
    listeners?.delete(entry);
    if (listeners?.size === 0) this.#listeners.delete(name);
  }
}
