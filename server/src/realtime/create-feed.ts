import { tracked } from '@trpc/server';
import type { Feed, FeedItem, FeedSink, TrackedFeed } from './feed.ts';
import { openSource, type FeedSource } from './resume.ts';

/** A feed whose every item has an id; the source is made anew for each subscriber. */
export function createTrackedFeed<E>(makeSource: () => FeedSource<E>): TrackedFeed<E> {
  return createFeed(makeSource, (item) => tracked(requireId(item), item.data));
}

/** A feed of things that are not worth replaying, such as typing and presence. */
export function createEphemeralFeed<E>(makeSource: () => FeedSource<E>): Feed<E> {
  return createFeed(makeSource, (item) => item.data);
}

function createFeed<E, Yielded>(
  makeSource: () => FeedSource<E>,
  toYielded: (item: FeedItem<E>) => Yielded,
): Feed<E, Yielded> {
  const open = (sink: FeedSink<E>) => openSource(makeSource(), sink);
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
