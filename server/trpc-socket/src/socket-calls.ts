import { setMaxListeners } from 'node:events';
import { callTRPCProcedure, TRPCError, type AnyTRPCRouter } from '@trpc/server';
import { isAsyncIterable } from '@trpc/server/unstable-core-do-not-import';
import type { Answers, Call } from './answers.ts';
import type { SocketBounds } from './bounds.ts';
import type { FeedFrames } from './feed-frames.ts';
import type { TrpcSocketHost } from './host.ts';
import type { LoopShare } from './loop-share.ts';
import type { Outgoing } from './outgoing.ts';

/** What the calls of one socket share. */
export interface CallScope {
  readonly shared: {
    readonly router: AnyTRPCRouter;
    readonly bounds: SocketBounds;
    readonly frames: FeedFrames;
    readonly share: LoopShare;
    readonly host: Pick<TrpcSocketHost<AnyTRPCRouter>, 'onDelivered' | 'admitUnknown'>;
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
  const { router, host } = scope.shared;
  const { path } = call.params;
  if (!Object.hasOwn(router._def.procedures, path)) await host.admitUnknown?.(ctx);
  return callTRPCProcedure({
    router,
    path,
    type: call.method,
    ctx,
    // Not before the procedure asks, which is after it has looked at who calls.
    getRawInput: async () => inputOf(router, call),
    signal: options.signal,
    batchIndex: options.batchIndex,
  });
}

/** A resuming client names the last event it saw beside the input; procedures find it in the input. */
function inputOf(router: AnyTRPCRouter, { params: { input: encoded, lastEventId } }: Call): unknown {
  const input = decode(router, encoded);
  if (lastEventId === undefined) return input;
  if (typeof input === 'object' && input !== null) return { ...input, lastEventId };
  return input ?? { lastEventId };
}

function decode(router: AnyTRPCRouter, encoded: unknown): unknown {
  try {
    return router._def._config.transformer.input.deserialize(encoded);
  } catch (cause) {
    if (cause instanceof TRPCError) throw cause;
    throw new TRPCError({ code: 'BAD_REQUEST', message: 'The input could not be read', cause });
  }
}

/** How a call came: its place in its frame, and the bytes it takes while it waits. */
export type Arrival = { readonly batchIndex: number; readonly bytes: number };

type Waiting = { readonly call: Call; readonly arrival: Arrival };

/**
 * The queries and mutations of one socket: each is answered once, unless the socket closes first. A few run at a time,
 * in the order they came, and none is begun while the client leaves answers unread.
 */
export class SocketCalls {
  readonly #scope: CallScope;
  /**
   * Aborted when the socket closes, which ends all of them at once: one for each would be a tenth of what a call costs. Whoever
   * listens to it for one call alone stops that with the call.
   */
  readonly #ending = new AbortController();
  #running = 0;
  readonly #waiting: Waiting[] = [];
  #heldBytes = 0;
  #isPaused = false;
  #isScheduled = false;
  #onIdle: (() => void) | undefined;

  constructor(scope: CallScope) {
    this.#scope = scope;
    // As many may listen as calls run.
    setMaxListeners(0, this.#ending.signal);
  }

  /** What waiting calls brought, and answers that wait for the client to read. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether one more call of this size may wait. */
  hasRoomFor(bytes: number): boolean {
    const { callsWaitingMax, waitingBytesMax } = this.#scope.shared.bounds;
    return this.#waiting.length < callsWaitingMax && this.#heldBytes + bytes <= waitingBytesMax;
  }

  add(call: Call, arrival: Arrival): void {
    this.#waiting.push({ call, arrival });
    this.#heldBytes += arrival.bytes;
    this.#runNext();
  }

  /** Resolves when nothing is in flight. */
  finish(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  abort(): void {
    this.#waiting.length = 0;
    this.#ending.abort();
    this.#onIdle?.();
  }

  #runNext(): void {
    const { shared, outgoing } = this.#scope;
    while (this.#running < shared.bounds.callsRunningMax) {
      if (outgoing.isFull) return this.#runWhenRead();
      const next = this.#waiting.shift();
      if (!next) break;
      void this.#run(next);
    }
    if (this.#running === 0) this.#onIdle?.();
  }

  /** In another turn: calls that are answered without waiting for anything must not keep the process from others. */
  #runNextLater(): void {
    if (this.#waiting.length === 0) return this.#runNext();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#scope.shared.share.wait(() => {
      this.#isScheduled = false;
      this.#runNext();
    });
  }

  #runWhenRead(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    void this.#scope.outgoing.ready().then(() => {
      this.#isPaused = false;
      this.#runNext();
    });
  }

  async #run({ call, arrival }: Waiting): Promise<void> {
    const { answers } = this.#scope;
    const { signal } = this.#ending;
    this.#running += 1;
    try {
      const data = await callProcedure(this.#scope, call, { signal, batchIndex: arrival.batchIndex });
      if (isAsyncIterable(data)) throw new TypeError(`A ${call.method} cannot answer with a stream`);
      await this.#answer(answers.encode(call, data));
    } catch (error) {
      if (!signal.aborted) answers.fail(call, error);
    } finally {
      this.#heldBytes -= arrival.bytes;
      this.#running -= 1;
      this.#runNextLater();
    }
  }

  async #answer(frame: Buffer): Promise<void> {
    const { outgoing } = this.#scope;
    this.#heldBytes += frame.length;
    if (outgoing.isFull) await outgoing.ready();
    this.#heldBytes -= frame.length;
    outgoing.send(frame);
  }
}
