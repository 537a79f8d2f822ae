import { TRPCError } from '@trpc/server';
import { isAbortError, isAsyncIterable } from '@trpc/server/unstable-core-do-not-import';
import type { Call, Failed } from './answers.ts';
import { isFeed, type Feed, type FeedItem, type FeedSink } from './feed.ts';
import { framePrefix } from './feed-frames.ts';
import type { RequestId } from './incoming.ts';
import { iterate } from './iterate.ts';
import { callProcedure, type CallScope } from './socket-calls.ts';

/** Who keeps the subscriptions of a socket. */
export interface SubscriptionOwner {
  /** The id is free again; false when the subscription was given up already and nobody waits for its end. */
  forget(subscription: Subscription): boolean;
}

/**
 * One subscription, from its call to `stopped`. A feed pushes into it, and it into the socket, with nothing that
 * waits in between; any other stream is pulled, as by tRPC's own adapter. There is one of these for every
 * subscriber there is, so it keeps little: no closures, and no signal once a feed runs, which is stopped instead.
 */
export class Subscription implements FeedSink<unknown> {
  readonly id: RequestId;
  readonly #jsonrpc: '2.0' | undefined;
  readonly #path: string;
  readonly #prefix: string;
  readonly #scope: CallScope;
  readonly #owner: SubscriptionOwner;
  #controller: AbortController | undefined;
  #closeFeed: (() => void) | undefined;
  #isOver = false;

  constructor({ id, jsonrpc, params }: Call, scope: CallScope, owner: SubscriptionOwner) {
    this.id = id;
    this.#jsonrpc = jsonrpc;
    this.#path = params.path;
    this.#prefix = framePrefix(id, jsonrpc);
    this.#scope = scope;
    this.#owner = owner;
  }

  /** Never rejects: what goes wrong is answered. */
  async start(call: Call, batchIndex: number): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#controller = controller;
    try {
      const stream = await callProcedure(this.#scope, call, { signal, batchIndex });
      if (!isAsyncIterable(stream)) throw noStream(this.#path);
      if (isFeed(stream) && !signal.aborted) return this.#follow(stream);
      if (!isFeed(stream)) await this.#pull(stream, controller);
      this.#end();
    } catch (error) {
      this.#failToStart(error, signal.aborted);
    }
  }

  /** Stopping twice is harmless. The client hears `stopped` when what was running has cleaned up. */
  stop(): void {
    this.#controller?.abort();
    if (!this.#closeFeed || this.#isOver) return;
    this.#stopFeed();
    this.#end();
  }

  push(item: FeedItem<unknown>): boolean {
    if (this.#isOver) return false;
    const { outgoing, shared } = this.#scope;
    shared.host.onDelivered?.();
    try {
      return outgoing.send(shared.frames.frameOf(item, this.#prefix));
    } catch (error) {
      // An event that cannot be encoded is not its publisher's failure.
      this.fail(error);
      return false;
    }
  }

  ready(): Promise<void> {
    return this.#scope.outgoing.ready();
  }

  end(): void {
    if (this.#isOver) return;
    this.#stopFeed();
    this.#end();
  }

  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#stopFeed();
    this.#scope.answers.fail(this.#describe(), error);
    this.#end();
  }

  #follow(feed: Feed<unknown, unknown>): void {
    this.#controller = undefined;
    this.#scope.answers.send(this.#describe(), { type: 'started' });
    const close = feed.open(this);
    if (this.#isOver) close();
    else this.#closeFeed = close;
  }

  #stopFeed(): void {
    this.#isOver = true;
    this.#closeFeed?.();
  }

  /** An error while it runs is told to the client, and then, as after every other end, that it stopped. */
  async #pull(stream: AsyncIterable<unknown>, controller: AbortController): Promise<void> {
    const { outgoing, answers } = this.#scope;
    if (!controller.signal.aborted) answers.send(this.#describe(), { type: 'started' });
    try {
      await iterate(stream, {
        signal: controller.signal,
        onValue: (result) => answers.send(this.#describe(), result),
        ready: () => outgoing.ready(),
      });
    } catch (error) {
      if (controller.signal.aborted) answers.report(this.#describe(), error);
      else answers.fail(this.#describe(), error);
    }
    controller.abort();
  }

  #end(): void {
    if (this.#owner.forget(this)) this.#scope.answers.send(this.#describe(), { type: 'stopped' });
  }

  #failToStart(error: unknown, wasAborted: boolean): void {
    if (wasAborted && isAbortError(causeOf(error))) return this.#end();
    if (this.#owner.forget(this)) this.#scope.answers.fail(this.#describe(), error);
  }

  #describe(): Failed & { readonly id: RequestId } {
    return { id: this.id, jsonrpc: this.#jsonrpc, method: 'subscription', params: { path: this.#path } };
  }
}

/** In the words of tRPC's own adapter. */
function noStream(path: string): TRPCError {
  const message = `Subscription ${path} did not return an observable or a AsyncGenerator`;
  return new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message });
}

/** What the code threw, when tRPC wrapped it. */
function causeOf(error: unknown): unknown {
  const isWrapped = error instanceof TRPCError && error.code === 'INTERNAL_SERVER_ERROR';
  return isWrapped ? (error.cause ?? error) : error;
}
