import { isTrackedEnvelope } from '@trpc/server';
import { Unpromise } from '@trpc/server/unstable-core-do-not-import';
import type { Feed, FeedItem, FeedSink } from '../../realtime/feed.ts';
import type { FeedFrames } from './feed-frames.ts';
import type { Outgoing } from './outgoing.ts';

type SubscriptionOptions = {
  /** What stands before the data in every message, see `framePrefix`. */
  readonly prefix: string;
  readonly outgoing: Outgoing;
  readonly frames: FeedFrames;
  /** Delivery is over, by the server's will when there is an error or none, never after `stop()`. */
  readonly onEnded: (outcome: { readonly error?: unknown }) => void;
};

/** A subscription that follows a feed: the feed pushes into the socket, and nothing waits in between. */
export class FeedSubscription implements FeedSink<unknown> {
  readonly #prefix: string;
  readonly #outgoing: Outgoing;
  readonly #frames: FeedFrames;
  readonly #onEnded: SubscriptionOptions['onEnded'];
  #isOver = false;
  #close: () => void = () => undefined;

  constructor({ prefix, outgoing, frames, onEnded }: SubscriptionOptions) {
    this.#prefix = prefix;
    this.#outgoing = outgoing;
    this.#frames = frames;
    this.#onEnded = onEnded;
  }

  open(feed: Feed<unknown, unknown>): void {
    const close = feed.open(this);
    if (this.#isOver) close();
    else this.#close = close;
  }

  stop(): void {
    this.#isOver = true;
    this.#close();
  }

  push(item: FeedItem<unknown>): boolean {
    if (this.#isOver) return false;
    return this.#outgoing.send(this.#frames.frameOf(item, this.#prefix));
  }

  ready(): Promise<void> {
    return this.#outgoing.ready();
  }

  end(): void {
    this.#finish({});
  }

  fail(error: unknown): void {
    this.#finish({ error });
  }

  #finish(outcome: { readonly error?: unknown }): void {
    if (this.#isOver) return;
    this.stop();
    this.#onEnded(outcome);
  }
}

type IterateOptions = {
  readonly signal: AbortSignal;
  readonly onValue: (result: { type: 'data'; data: unknown; id?: string }) => void;
  /** Resolves when the socket takes the next value. */
  readonly ready: () => Promise<void>;
};

/** Follows an ordinary async iterable until it ends, throws or the signal aborts, and lets it clean up. */
export async function iterate(
  iterable: AsyncIterable<unknown>,
  { signal, onValue, ready }: IterateOptions,
): Promise<void> {
  const iterator = iterable[Symbol.asyncIterator]();
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  try {
    while (!signal.aborted) {
      // Promise.race would keep one reaction on `aborted` for every value ever yielded.
      const next = await Unpromise.race([iterator.next(), aborted]);
      if (!next || next.done) return;
      onValue(toResult(next.value));
      await ready();
    }
  } finally {
    await iterator.return?.();
  }
}

function toResult(value: unknown): { type: 'data'; data: unknown; id?: string } {
  if (!isTrackedEnvelope(value)) return { type: 'data', data: value };
  const [id, data] = value;
  return { type: 'data', data: { id, data }, id };
}
