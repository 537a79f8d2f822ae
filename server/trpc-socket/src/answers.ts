import {
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  transformTRPCResponse,
  TRPCError,
  type AnyTRPCRouter,
  type TRPCProcedureType,
} from '@trpc/server';
import type { TRPCClientOutgoingMessage, TRPCResponseMessage, TRPCResultMessage } from '@trpc/server/rpc';
import type { SocketBounds } from './bounds.ts';
import { stringify } from './event-texts.ts';
import { dataField, framePrefix } from './feed-frames.ts';
import type { CallFailure } from './host.ts';
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

type SharedParts = {
  readonly router: AnyTRPCRouter;
  readonly bounds: SocketBounds;
  readonly host: { onError?(failure: CallFailure): void };
};

/** Puts results and errors on the wire, in tRPC's envelopes. */
export class Answers {
  readonly #shared: SharedParts;
  readonly #outgoing: Outgoing;
  readonly #socketId: string;

  constructor(shared: SharedParts, outgoing: Outgoing, socketId: string) {
    this.#shared = shared;
    this.#outgoing = outgoing;
    this.#socketId = socketId;
  }

  /** Throws when the result cannot be encoded. */
  send(envelope: Envelope, result: TRPCResultMessage<unknown>['result']): void {
    const { id, jsonrpc } = envelope;
    this.#outgoing.send(this.#frameOf({ id, ...(jsonrpc && { jsonrpc }), result }));
  }

  /** The frame that answers with this; throws when it cannot be encoded. */
  encode({ id, jsonrpc }: Envelope, data: unknown): Buffer {
    const { output } = this.#shared.router._def._config.transformer;
    return encodeTextFrame(`${framePrefix(id, jsonrpc)}${dataField(stringify(output.serialize(data)))}}}`);
  }

  /** Answers with the error, and tells the host. */
  fail(failed: Failed, thrown: unknown): void {
    const error = this.report(failed, thrown);
    const { id, jsonrpc } = failed;
    this.#outgoing.send(
      this.#frameOf({ id, ...(jsonrpc && { jsonrpc }), error: this.#shapeOf(failed, error) }),
    );
  }

  /** Answers calls that found no room: refusing must not cost more than asking. */
  refuseSurplus(ids: readonly RequestId[], message: string): void {
    if (ids.length > 0) this.refuseAll(ids, new TRPCError({ code: 'TOO_MANY_REQUESTS', message }));
  }

  /** Answers all of these calls with one error, encoded once. */
  refuseAll(ids: readonly RequestId[], refusal: TRPCError): void {
    const error = this.report({ id: null }, refusal);
    const { transformer } = this.#shared.router._def._config;
    const shape = JSON.stringify(transformer.output.serialize(this.#shapeOf({ id: null }, error)));
    for (const id of ids) {
      this.#outgoing.send(encodeTextFrame(`{"id":${JSON.stringify(id)},"error":${shape}}`));
    }
  }

  /** Tells the host alone. */
  report({ id, method, params }: Failed, thrown: unknown): TRPCError {
    const error = getTRPCErrorFromUnknown(thrown);
    const requestId = `${this.#socketId}/${id}`;
    this.#shared.host.onError?.({ error, requestId, type: method, path: params?.path });
    return error;
  }

  #shapeOf({ method, params }: Failed, error: TRPCError) {
    return getTRPCErrorShape({
      config: this.#shared.router._def._config,
      error,
      type: method ?? 'unknown',
      path: params?.path,
      input: undefined,
      ctx: undefined,
    });
  }

  #frameOf(answer: TRPCResponseMessage): Buffer {
    const wire = transformTRPCResponse(this.#shared.router._def._config, answer);
    return encodeTextFrame(JSON.stringify(wire));
  }
}
