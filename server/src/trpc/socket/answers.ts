import {
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  transformTRPCResponse,
  type AnyTRPCRouter,
  type TRPCProcedureType,
} from '@trpc/server';
import type { TRPCClientOutgoingMessage, TRPCResponseMessage, TRPCResultMessage } from '@trpc/server/rpc';
import { AppError, toAppError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { ErrorShape } from '../error-format.ts';
import { bounds } from './bounds.ts';
import type { RequestId } from './incoming.ts';
import type { Outgoing } from './outgoing.ts';
import { encodeTextFrame } from './text-frame.ts';

/** A call to a procedure, as it came in. */
export type Call = Extract<TRPCClientOutgoingMessage, { params: unknown }> & { readonly id: RequestId };

/** What an answer repeats of the call. */
export type Envelope = { readonly id: RequestId; readonly jsonrpc?: '2.0' | undefined };

/** What an error answers: a call, or something that never became one. */
export type Failed = {
  readonly id: RequestId | null;
  readonly jsonrpc?: '2.0' | undefined;
  readonly method?: TRPCProcedureType;
  readonly params?: { readonly path: string };
};

type AnswersOptions = {
  readonly router: AnyTRPCRouter;
  readonly log: Logger;
  readonly outgoing: Outgoing;
  readonly socketId: string;
};

/** Puts results and errors on the wire, in tRPC's envelopes. */
export class Answers {
  readonly #router: AnyTRPCRouter;
  readonly #log: Logger;
  readonly #outgoing: Outgoing;
  readonly #socketId: string;

  constructor({ router, log, outgoing, socketId }: AnswersOptions) {
    this.#router = router;
    this.#log = log;
    this.#outgoing = outgoing;
    this.#socketId = socketId;
  }

  /** Throws when the result cannot be encoded. */
  send({ id, jsonrpc }: Envelope, result: TRPCResultMessage<unknown>['result']): void {
    this.#write({ id, ...(jsonrpc && { jsonrpc }), result });
  }

  /** Answers with the error and, when nobody foresaw it, logs it. */
  fail(failed: Failed, thrown: unknown): void {
    this.log(failed, thrown);
    const { id, jsonrpc } = failed;
    this.#write({ id, ...(jsonrpc && { jsonrpc }), error: this.#shapeOf(failed, thrown) });
  }

  /** The same error for every call of a batch, encoded once: refusing must not cost more than asking. */
  refuseBatch(ids: readonly (RequestId | null)[]): void {
    const error = new AppError('BAD_REQUEST', `A frame holds at most ${bounds.messagesPerFrameMax} messages`);
    const { transformer } = this.#router._def._config;
    const shape = JSON.stringify(transformer.output.serialize(this.#shapeOf({ id: null }, error)));
    for (const id of ids) {
      this.#outgoing.send(encodeTextFrame(`{"id":${JSON.stringify(id)},"error":${shape}}`));
    }
  }

  /** Only what the code threw by mistake. An error's message may quote data, so it stays out of the log. */
  log({ id, method, params }: Failed, thrown: unknown): void {
    const error = toAppError(thrown);
    if (error.code !== 'INTERNAL_SERVER_ERROR') return;
    this.#log.error(
      {
        requestId: `${this.#socketId}/${String(id).slice(0, 64)}`,
        type: method,
        path: params?.path.slice(0, 64),
        ...describeError(error.cause),
      },
      'A call failed unexpectedly',
    );
  }

  #shapeOf({ method, params }: Failed, thrown: unknown): ErrorShape {
    return getTRPCErrorShape({
      config: this.#router._def._config,
      error: getTRPCErrorFromUnknown(thrown),
      type: method ?? 'unknown',
      path: params?.path,
      input: undefined,
      ctx: undefined,
    });
  }

  #write(answer: TRPCResponseMessage): void {
    const wire = transformTRPCResponse(this.#router._def._config, answer);
    this.#outgoing.send(encodeTextFrame(JSON.stringify(wire)));
  }
}

function describeError(thrown: unknown): { readonly error: string; readonly frames?: readonly string[] } {
  const root = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (!(root instanceof Error)) return { error: typeof root };
  const frames = (root.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: root.name, frames: frames.map((line) => line.trim()) };
}
