import { isAbortError, isAsyncIterable } from '@trpc/server/unstable-core-do-not-import';
import { limits } from '@whisper/shared';
import { AppError } from '../../platform/errors.ts';
import { isFeed, type Feed } from '../../realtime/feed.ts';
import type { Call, Envelope } from './answers.ts';
import { framePrefix, type FeedFrames } from './feed-frames.ts';
import { FeedSubscription, iterate } from './subscription.ts';
import { callProcedure, type CallScope } from './socket-calls.ts';
import type { RequestId } from './incoming.ts';

type Entry = {
  readonly controller: AbortController;
  /** Set while a feed pushes; an iterable is followed by a loop that watches the signal instead. */
  feed?: FeedSubscription;
};

/**
 * The subscriptions of one socket, by the client's ids. An id is free again when its `stopped` is sent, or its
 * error when it never started.
 */
export class SocketSubscriptions {
  readonly #scope: CallScope;
  readonly #frames: FeedFrames;
  readonly #entries = new Map<RequestId, Entry>();

  constructor(scope: CallScope, frames: FeedFrames) {
    this.#scope = scope;
    this.#frames = frames;
  }

  get size(): number {
    return this.#entries.size;
  }

  async start(call: Call, batchIndex: number): Promise<void> {
    const refusal = this.#findRefusal(call.id);
    if (refusal) return this.#scope.answers.fail(call, refusal);
    const entry: Entry = { controller: new AbortController() };
    this.#entries.set(call.id, entry);
    try {
      const { signal } = entry.controller;
      const stream = await callProcedure(this.#scope, call, { signal, batchIndex });
      if (!isAsyncIterable(stream)) throw new TypeError('A subscription must answer with a stream');
      if (signal.aborted) await disposeOf(stream);
      else if (isFeed(stream)) return this.#follow(call, entry, stream);
      else await this.#iterate(call, entry, stream);
      this.#end(call, entry);
    } catch (error) {
      this.#failToStart(call, entry, error);
    }
  }

  /** Stopping what is not there is harmless. */
  stop(call: Envelope): void {
    const entry = this.#entries.get(call.id);
    if (!entry || entry.controller.signal.aborted) return;
    entry.controller.abort();
    if (!entry.feed) return;
    entry.feed.stop();
    this.#end(call, entry);
  }

  stopAll(): void {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    for (const { controller, feed } of entries) {
      controller.abort();
      feed?.stop();
    }
  }

  #findRefusal(id: RequestId): AppError | undefined {
    if (this.#entries.has(id)) return new AppError('BAD_REQUEST', 'This subscription id is in use');
    if (this.#entries.size < limits.subscriptionsPerSocketMax) return undefined;
    const message = `A connection holds at most ${limits.subscriptionsPerSocketMax} subscriptions`;
    return new AppError('TOO_MANY_REQUESTS', message);
  }

  #follow(call: Call, entry: Entry, stream: Feed<unknown, unknown>): void {
    const { outgoing, answers } = this.#scope;
    entry.feed = new FeedSubscription({
      prefix: framePrefix(call.id, call.jsonrpc),
      outgoing,
      frames: this.#frames,
      onEnded: (outcome) => {
        entry.controller.abort();
        if ('error' in outcome) answers.fail(call, outcome.error);
        this.#end(call, entry);
      },
    });
    answers.send(call, { type: 'started' });
    entry.feed.open(stream);
  }

  /** An error while it runs is told to the client, and then, as for every other end, that it stopped. */
  async #iterate(call: Call, { controller }: Entry, stream: AsyncIterable<unknown>): Promise<void> {
    const { outgoing, answers } = this.#scope;
    answers.send(call, { type: 'started' });
    try {
      await iterate(stream, {
        signal: controller.signal,
        onValue: (result) => answers.send(call, result),
        ready: () => outgoing.ready(),
      });
    } catch (error) {
      if (controller.signal.aborted) answers.log(call, error);
      else answers.fail(call, error);
    }
    controller.abort();
  }

  #end(call: Envelope, entry: Entry): void {
    if (this.#entries.get(call.id) !== entry) return;
    this.#entries.delete(call.id);
    this.#scope.answers.send(call, { type: 'stopped' });
  }

  #failToStart(call: Call, entry: Entry, error: unknown): void {
    if (entry.controller.signal.aborted && isAbortError(causeOf(error))) return this.#end(call, entry);
    if (this.#entries.get(call.id) !== entry) return;
    this.#entries.delete(call.id);
    this.#scope.answers.fail(call, error);
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof AppError || !(error instanceof Error) ? error : (error.cause ?? error);
}

/** Lets a stream that nobody wants any more clean up, without taking anything from it. */
async function disposeOf(stream: AsyncIterable<unknown>): Promise<void> {
  await stream[Symbol.asyncIterator]().return?.();
}
