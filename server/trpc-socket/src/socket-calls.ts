import { callTRPCProcedure, TRPCError, type AnyTRPCRouter } from '@trpc/server';
import { isAsyncIterable } from '@trpc/server/unstable-core-do-not-import';
import type { Answers, Call } from './answers.ts';
import type { SocketBounds } from './bounds.ts';
import type { FeedFrames } from './feed-frames.ts';
import type { Outgoing } from './outgoing.ts';

/** What the calls of one socket share. */
export interface CallScope {
  readonly shared: {
    readonly router: AnyTRPCRouter;
    readonly bounds: SocketBounds;
    readonly frames: FeedFrames;
    readonly host: { onDelivered?(): void };
  };
  readonly outgoing: Outgoing;
  readonly answers: Answers;
  /** Known once the socket's connection parameters are there. Rejects when it could not be made. */
  context(): Promise<unknown>;
}

/** Runs a procedure; its result is the caller's to send. */
export async function callProcedure(
  scope: CallScope,
  call: Call,
  options: { readonly signal: AbortSignal; readonly batchIndex: number },
): Promise<unknown> {
  const ctx = await scope.context();
  options.signal.throwIfAborted();
  const { router } = scope.shared;
  const { path } = call.params;
  const getRawInput = () => Promise.resolve(inputOf(call));
  return callTRPCProcedure({ router, path, type: call.method, ctx, getRawInput, ...options });
}

/** A resuming client names the last event it saw beside the input; procedures find it in the input. */
function inputOf({ params: { input, lastEventId } }: Call): unknown {
  if (lastEventId === undefined) return input;
  if (typeof input === 'object' && input !== null) return { ...input, lastEventId };
  return input ?? { lastEventId };
}

/** The queries and mutations of one socket: each is answered once, unless the socket closes first. */
export class SocketCalls {
  readonly #scope: CallScope;
  readonly #inFlight = new Set<AbortController>();
  #onIdle: (() => void) | undefined;

  constructor(scope: CallScope) {
    this.#scope = scope;
  }

  async run(call: Call, batchIndex: number): Promise<void> {
    const { answers, outgoing, shared } = this.#scope;
    const { callsInFlightMax } = shared.bounds;
    if (this.#inFlight.size >= callsInFlightMax) {
      const message = `A connection runs at most ${callsInFlightMax} calls at once`;
      return answers.fail(call, new TRPCError({ code: 'TOO_MANY_REQUESTS', message }));
    }
    const controller = new AbortController();
    const { signal } = controller;
    this.#inFlight.add(controller);
    try {
      const data = await callProcedure(this.#scope, call, { signal, batchIndex });
      if (isAsyncIterable(data)) throw new TypeError(`A ${call.method} cannot answer with a stream`);
      if (outgoing.isFull) await outgoing.ready();
      answers.send(call, { type: 'data', data });
    } catch (error) {
      if (!signal.aborted) answers.fail(call, error);
    } finally {
      this.#inFlight.delete(controller);
      if (this.#inFlight.size === 0) this.#onIdle?.();
    }
  }

  /** Resolves when nothing is in flight. */
  finish(): Promise<void> {
    if (this.#inFlight.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  abort(): void {
    for (const controller of this.#inFlight) controller.abort();
    this.#onIdle?.();
  }
}
