import { EventEmitter, once } from 'node:events';
import { toTrackedFeed, type FeedItem, type FeedSink } from '../src/feed.ts';

/** A feed whose subscribers' sinks a test can reach. */
export class TestFeed<E> {
  readonly sinks = new Set<FeedSink<E>>();
  readonly feed = toTrackedFeed<E>((sink) => this.#open(sink));
  readonly #changes = new EventEmitter();

  /** One item for all, as a broker does it; false when any of the sinks wants a pause. */
  publish(data: E, id: string): boolean {
    return this.push({ data, id });
  }

  push(item: FeedItem<E>): boolean {
    return [...this.sinks].map((sink) => sink.push(item)).every(Boolean);
  }

  async waitForSize(size: number): Promise<void> {
    while (this.sinks.size !== size) await once(this.#changes, 'changed');
  }

  #open(sink: FeedSink<E>): () => void {
    this.sinks.add(sink);
    this.#changes.emit('changed');
    return () => {
      this.sinks.delete(sink);
      this.#changes.emit('changed');
    };
  }
}
