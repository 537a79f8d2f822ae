import { tracked, type TrackedEnvelope } from '@trpc/server';

/**
 * One event on its way to many subscribers: plain data. `id` makes it resumable (tRPC's `tracked`); ephemeral events
 * have none. `audience`, when given, names the only people who may receive it: a note from publisher to feed, which
 * sockets do not read. `data` must not change once it was pushed: it is encoded once, however many sockets take it
 * and under however many ids.
 */
export type FeedItem<E> = {
  readonly data: E;
  readonly id?: string;
  readonly audience?: readonly string[];
};

/** Where a feed delivers: a socket's subscription, an SSE stream, an async iterator. */
export interface FeedSink<E> {
  /** Takes the item in any case; `false` asks the feed to stop pushing until `ready()` resolves. */
  push(item: FeedItem<E>): boolean;
  /** Resolves when the sink takes items again, at once when it does now. Never rejects. */
  ready(): Promise<void>;
  /** The feed is over: access was lost, or the server says so. */
  end(): void;
  /** The feed broke; the subscriber may resume from the last id it saw. */
  fail(error: unknown): void;
}

/** Starts delivery to `sink` and returns the function that stops it; stopping twice is harmless. */
export type OpenFeed<E> = (sink: FeedSink<E>) => () => void;

/**
 * What a subscription procedure returns: a stream that is pushed. The WebSocket server opens it with its own
 * sink, so a delivery costs no promise; everyone else (SSE, server-side callers) iterates it and gets `Yielded`,
 * which is `tracked(id, event)` on a resumable feed and the bare event on an ephemeral one.
 */
export interface Feed<E, Yielded = E> extends AsyncIterable<Yielded, void, void> {
  readonly open: OpenFeed<E>;
}

export type TrackedFeed<E> = Feed<E, TrackedEnvelope<E>>;

export function isFeed(value: unknown): value is Feed<unknown, unknown> {
  return typeof value === 'object' && value !== null && 'open' in value && Symbol.asyncIterator in value;
}

/** A feed of things that are not worth replaying. */
export function toFeed<E>(open: OpenFeed<E>): Feed<E> {
  return makeFeed(open, (item) => item.data);
}

/** A feed whose every item has an id. */
export function toTrackedFeed<E>(open: OpenFeed<E>): TrackedFeed<E> {
  return makeFeed(open, (item) => tracked(requireId(item), item.data));
}

function makeFeed<E, Yielded>(
  open: OpenFeed<E>,
  toYielded: (item: FeedItem<E>) => Yielded,
): Feed<E, Yielded> {
  return {
    open,
    // Not an async generator: its return() would wait for the next event before it stops the feed.
    [Symbol.asyncIterator]() {
      const queue = new IteratorSink<E>();
      const stop = open(queue);
      return {
        async next() {
          const item = await queue.next();
          return item ? { done: false, value: toYielded(item) } : { done: true, value: undefined };
        },
        return() {
          stop();
          queue.end();
          return Promise.resolve({ done: true, value: undefined });
        },
      };
    },
  };
}

function requireId(item: FeedItem<unknown>): string {
  if (item.id === undefined) throw new TypeError('An item of a tracked feed has no id');
  return item.id;
}

/** Items an iterating consumer may lag behind before the feed pauses. */
const queuedMax = 64;

/** Turns pushes into pulls. One consumer at a time. */
class IteratorSink<E> implements FeedSink<E> {
  #queue: FeedItem<E>[] = [];
  #outcome: { error?: unknown } | undefined;
  #wakeConsumer: () => void = () => undefined;
  #wakeFeed: () => void = () => undefined;

  push(item: FeedItem<E>): boolean {
    this.#queue.push(item);
    this.#wakeConsumer();
    return this.#queue.length < queuedMax;
  }

  async ready(): Promise<void> {
    while (this.#queue.length >= queuedMax) {
      await new Promise<void>((resolve) => {
        this.#wakeFeed = resolve;
      });
    }
  }

  end(): void {
    this.#outcome ??= {};
    this.#wakeConsumer();
  }

  fail(error: unknown): void {
    this.#outcome ??= { error };
    this.#wakeConsumer();
  }

  async next(): Promise<FeedItem<E> | undefined> {
    while (this.#queue.length === 0 && !this.#outcome) {
      await new Promise<void>((resolve) => {
        this.#wakeConsumer = resolve;
      });
    }
    const item = this.#queue.shift();
    if (item) this.#wakeFeed();
    else if (this.#outcome && 'error' in this.#outcome) throw this.#outcome.error;
    return item;
  }
}
