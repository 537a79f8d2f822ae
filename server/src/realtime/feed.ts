import type { TrackedEnvelope } from '@trpc/server';
import { transformer } from '@whisper/shared';

/**
 * One event on its way to many subscribers. `id` makes it resumable (tRPC's `tracked`); ephemeral events have
 * none. `audience`, when given, names the only people who may receive it.
 */
export class FeedItem<E> {
  readonly data: E;
  readonly id: string | undefined;
  readonly audience: readonly string[] | undefined;
  #json: string | undefined;

  constructor(data: E, options: { id?: string; audience?: readonly string[] } = {}) {
    this.data = data;
    this.id = options.id;
    this.audience = options.audience;
  }

  /** The event as it goes over tRPC's wire: transformed and stringified once, however many sockets it reaches. */
  get json(): string {
    this.#json ??= JSON.stringify(transformer.serialize(this.data));
    return this.#json;
  }
}

/** Where a feed delivers: a socket's subscription, an SSE stream, an async iterator. */
export interface FeedSink<E> {
  /** Takes the item; `false` asks the feed to stop pushing until `ready()` resolves. */
  push(item: FeedItem<E>): boolean;
  /** Resolves when the sink takes items again, at once when it does now. Never rejects. */
  ready(): Promise<void>;
  /** The feed is over: access was lost, or the server says so. */
  end(): void;
  /** The feed broke; the subscriber may resume from the last id it saw. */
  fail(error: unknown): void;
}

/**
 * What a subscription procedure returns: a stream that is pushed. The WebSocket server opens it with its own
 * sink, so a delivery costs no promise; everyone else (SSE, server-side callers) iterates it and gets `Yielded`,
 * which is `tracked(id, event)` on a resumable feed and the bare event on an ephemeral one.
 */
export interface Feed<E, Yielded = E> extends AsyncIterable<Yielded, void, void> {
  /** Starts delivery to `sink` and returns the function that stops it; stopping twice is harmless. */
  open(sink: FeedSink<E>): () => void;
}

export type TrackedFeed<E> = Feed<E, TrackedEnvelope<E>>;

export function isFeed(value: unknown): value is Feed<unknown, unknown> {
  return typeof value === 'object' && value !== null && 'open' in value && Symbol.asyncIterator in value;
}
