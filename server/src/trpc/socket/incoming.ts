import type { AnyTRPCRouter } from '@trpc/server';
import { parseTRPCMessage, type TRPCClientOutgoingMessage } from '@trpc/server/rpc';
import { ConnectionParamsSchema } from '@whisper/shared';
import { AppError } from '../../platform/errors.ts';
import { parseJson } from '../../platform/parse-json.ts';
import { bounds } from './bounds.ts';

export type RequestId = string | number;

/** One message of a client, or why it is none. `id` is the call it belongs to, when that much could be read. */
export type Incoming =
  | { readonly message: TRPCClientOutgoingMessage & { readonly id: RequestId } }
  | { readonly id: RequestId | null; readonly error: AppError };

/** What one frame holds: messages, or more of them than a batch may, which are refused together. */
export type Frame =
  | { readonly messages: readonly Incoming[] }
  | { readonly refusedIds: readonly (RequestId | null)[] };

/** Reads a frame, batched or not. `undefined`: this is not JSON, or not made of objects. */
export function parseFrame(text: string, router: AnyTRPCRouter): Frame | undefined {
  const parsed = parseJson(text);
  const raws: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (!raws.every(isRecord)) return undefined;
  return raws.length > bounds.messagesPerFrameMax
    ? { refusedIds: raws.map(idOf) }
    : { messages: raws.map((raw) => parseMessage(raw, router)) };
}

/** The token of a connectionParams message; `null` when it names none that could be one. */
export function parseConnectionParams(text: string): { readonly token: string | null } | undefined {
  const message = parseJson(text);
  if (!isRecord(message)) return undefined;
  const params = ConnectionParamsSchema.safeParse(message['data']);
  return { token: params.success ? params.data.token : null };
}

function parseMessage(raw: Record<string, unknown>, router: AnyTRPCRouter): Incoming {
  try {
    const message = parseTRPCMessage(raw, router._def._config.transformer);
    const id = idOf(raw);
    if (id !== null) return { message: { ...message, id } };
    const rule = `every call has an id of at most ${bounds.idLengthMax} characters`;
    return { id, error: new AppError('BAD_REQUEST', rule) };
  } catch (cause) {
    return { id: idOf(raw), error: new AppError('BAD_REQUEST', 'This is not a tRPC message', { cause }) };
  }
}

function idOf({ id }: Record<string, unknown>): RequestId | null {
  if (typeof id === 'string') return id.length <= bounds.idLengthMax ? id : null;
  return typeof id === 'number' ? id : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
