/**
 * Carries events from the verb that made them to the feeds that want them, inside this process and, where the
 * implementation can, between processes. Events are plain data. At most once (the database is the truth; a feed
 * repairs itself from it), in publishing order per topic.
 */
export interface Broker {
  /** Returns at once. What cannot be delivered is lost, never thrown. */
  publish<E>(topic: Topic<E>, event: E): void;
  /** The same event on several topics: between processes it travels once. */
  publishAll<E>(topics: readonly Topic<E>[], event: E): void;
  /**
   * Resolves when it is listening: every event published afterwards reaches `listener`, and one published meanwhile may.
   * Listeners are called one after another and must not throw. The returned function stops it at once, for events
   * under way too; calling it twice is harmless. Rejects when the broker cannot listen to this process, and once it is
   * closed. `onMissed` is called when events of other processes may have been lost: read again what matters.
   */
  subscribe<E>(topic: Topic<E>, listener: (event: E) => void, onMissed?: () => void): Promise<() => void>;
  /** The same for several topics with one listener, of whose other processes' events none is missed for long: nothing is read again. */
  subscribeAll<E>(topics: readonly Topic<E>[], listener: (event: E) => void): Promise<() => void>;
  /** Lets go of every listener and connection. Publishing afterwards does nothing; closing twice is harmless. */
  close(): Promise<void>;
  /** Whether there are other processes: their events may come late, swapped or not at all. */
  readonly isShared: boolean;
  /**
   * A moment in epoch milliseconds until which no event of another process is known to be missing, and no write of this one
   * that was refused may still come to pass: Infinity in good times. No position in time that is given to a reader may lie behind it.
   */
  readonly completeUntil: number;
  /** How many listeners there are, over all topics. */
  readonly size: number;
}

/** A topic's name, carrying the type of the events on it. */
export type Topic<E> = { readonly name: string; readonly event?: E };
