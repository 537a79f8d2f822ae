import type { FeedItem } from './feed.ts';

/**
 * Carries events from the verb that made them to the feeds that want them. At most once between processes (the
 * database is the truth; a feed repairs itself from it), in publishing order per topic. `subscribe` is listening
 * when it returns; listeners are called synchronously and must not throw.
 */
export interface Broker {
  publish<E>(topic: Topic<E>, item: FeedItem<E>): void;
  subscribe<E>(topic: Topic<E>, listener: (item: FeedItem<E>) => void): () => void;
  /** How many listeners there are, over all topics. */
  readonly size: number;
}

/** A topic's name, carrying the type of the events on it. */
export type Topic<E> = { readonly name: string; readonly event?: E };
