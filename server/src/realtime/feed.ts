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
  readonly #sameDataAs: FeedItem<E> | undefined;
  #json: string | undefined;
  #encodedData: string | undefined;

  constructor(data: E, options: FeedItemOptions<E> = {}) {
    this.data = data;
    this.id = options.id;
    this.audience = options.audience;
    this.#sameDataAs = options.sameDataAs;
  }

  /** The same event under another id, encoded together with this one. */
  withId(id: string): FeedItem<E> {
    return new FeedItem(this.data, {
      id,
      sameDataAs: this,
      ...(this.audience && { audience: this.audience }),
    });
  }

  /**
   * The event as it goes over tRPC's wire, `{ id, data }` when it has an id: transformed and stringified once,
   * however many sockets it reaches and under however many ids.
   */
  get json(): string {
    this.#json ??=
      this.id === undefined
        ? JSON.stringify(transformer.serialize(this.data))
        : `${envelopeStart}"id":${JSON.stringify(this.id)},${this.#dataJson.slice(envelopeStart.length)}`;
    return this.#json;
  }

  /** The event as `{ data }`. An id put in front of it changes none of the paths superjson noted beside it. */
  get #dataJson(): string {
    if (this.#sameDataAs) return this.#sameDataAs.#dataJson;
    this.#encodedData ??= JSON.stringify(transformer.serialize({ data: this.data }));
    return this.#encodedData;
  }
}

const envelopeStart = '{"json":{';

type FeedItemOptions<E> = {
  readonly id?: string;
  readonly audience?: readonly string[];
  readonly sameDataAs?: FeedItem<E>;
};

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
