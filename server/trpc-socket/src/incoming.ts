import { TRPCError, type AnyTRPCRouter } from '@trpc/server';
import { parseTRPCMessage, type TRPCClientOutgoingMessage } from '@trpc/server/rpc';
import type { SocketBounds } from './bounds.ts';

export type RequestId = string | number;

/** One message of a client, or why it is none. `id` is the call it belongs to, when that much could be read. */
export type Incoming =
  | { readonly message: TRPCClientOutgoingMessage & { readonly id: RequestId } }
  | { readonly id: RequestId | null; readonly error: TRPCError };

/** What one frame holds: messages, or more of them than it may, which are refused together. */
export type Frame =
  | { readonly messages: readonly Incoming[] }
  | { readonly refusedIds: readonly (RequestId | null)[] };

type SharedParts = { readonly router: AnyTRPCRouter; readonly bounds: SocketBounds };

/** Reads a frame, batched or not. `undefined`: this is not JSON, or not made of objects. */
export function parseFrame(text: string, { router, bounds }: SharedParts): Frame | undefined {
  const parsed = parseJson(text);
  const raws: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (!raws.every(isRecord)) return undefined;
  const reader = new MessageReader(router, bounds.idLengthMax);
  return raws.length > bounds.messagesPerFrameMax
    ? { refusedIds: raws.map((raw) => reader.idOf(raw)) }
    : { messages: raws.map((raw) => reader.read(raw)) };
}

/** What a connectionParams message holds; `undefined` when this is none. */
export function parseConnectionParams(text: string): { readonly data?: unknown } | undefined {
  const message = parseJson(text);
  return isRecord(message) ? message : undefined;
}

class MessageReader {
  readonly #router: AnyTRPCRouter;
  readonly #idLengthMax: number;

  constructor(router: AnyTRPCRouter, idLengthMax: number) {
    this.#router = router;
    this.#idLengthMax = idLengthMax;
  }

  read(raw: Record<string, unknown>): Incoming {
    const id = this.idOf(raw);
    try {
      const message = parseTRPCMessage(raw, this.#router._def._config.transformer);
      if (id !== null) return { message: { ...message, id } };
      return { id, error: badRequest(`every call has an id of at most ${this.#idLengthMax} characters`) };
    } catch {
      return { id, error: badRequest('This is not a tRPC message') };
    }
  }

  idOf({ id }: Record<string, unknown>): RequestId | null {
    if (typeof id === 'string') return id.length <= this.#idLengthMax ? id : null;
    return typeof id === 'number' ? id : null;
  }
}

function badRequest(message: string): TRPCError {
  return new TRPCError({ code: 'BAD_REQUEST', message });
}

/** The value, or undefined when the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
