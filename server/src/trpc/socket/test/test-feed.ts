import { EventEmitter, once } from 'node:events';
import { tracked, type TrackedEnvelope } from '@trpc/server';
import { FeedItem, type Feed, type FeedSink } from '../../../realtime/feed.ts';

/** A feed whose subscribers' sinks a test can reach. */
export class TestFeed<E> implements Feed<E, TrackedEnvelope<E>> {
  readonly sinks = new Set<FeedSink<E>>();
  readonly #changes = new EventEmitter();

  open(sink: FeedSink<E>): () => void {
    this.sinks.add(sink);
    this.#changes.emit('changed');
    return () => {
      this.sinks.delete(sink);
      this.#changes.emit('changed');
    };
  }

  /** One item for all, as a broker does it; false when any of the sinks wants a pause. */
  publish(data: E, id: string): boolean {
    const item = new FeedItem(data, { id });
    return [...this.sinks].map((sink) => sink.push(item)).every(Boolean);
  }

  async waitForSize(size: number): Promise<void> {
    while (this.sinks.size !== size) await once(this.#changes, 'changed');
  }

  /** For consumers that pull. It never ends by itself; `return()` does not wait for the next item. */
  [Symbol.asyncIterator]() {
    const queue: FeedItem<E>[] = [];
    const changes = new EventEmitter();
    let isOver = false;
    const end = () => {
      isOver = true;
      changes.emit('changed');
    };
    const push = (item: FeedItem<E>) => changes.emit('changed', queue.push(item));
    const close = this.open({ push, ready: () => Promise.resolve(), end, fail: end });
    return {
      async next() {
        while (queue.length === 0 && !isOver) await once(changes, 'changed');
        const item = queue.shift();
        if (item?.id === undefined) return { done: true as const, value: undefined };
        return { done: false as const, value: tracked(item.id, item.data) };
      },
      async return() {
        close();
        end();
        return { done: true as const, value: undefined };
      },
    };
  }
}
