import type { IncomingMessage } from 'node:http';
import { TRPCError } from '@trpc/server';
import type { TRPCClientOutgoingMessage } from '@trpc/server/rpc';
import type { SocketBounds } from './bounds.ts';
import { splitFrame, type Part } from './split-frame.ts';

export type RequestId = string | number;

type ClientMessage = TRPCClientOutgoingMessage & { readonly id: RequestId };

/** One message of a client, its input still as it came, or why it is none. */
export type Incoming =
  | { readonly message: ClientMessage }
  | { readonly id: RequestId | null; readonly error: TRPCError };

/** What one frame holds. */
export type Frame = {
  readonly messages: readonly Incoming[];
  /** The calls beyond what a frame may hold. They were not read, and may be made again. */
  readonly surplusIds: readonly RequestId[];
};

/** A frame this small is parsed in one go, whatever is in it. */
const smallFrameBytes = 16 * 1024;

/** A frame may hold this many times what is taken of it; the rest is refused call by call. */
const surplusFactor = 8;

/** The same of its bytes, which are held until it is whole. */
const surplusBytesFactor = 4;

/** So many bytes of a frame are received at most. */
export function receivedBytesMax({ frameBytesMax }: SocketBounds): number {
  return frameBytesMax * surplusBytesFactor;
}

/**
 * Reads a frame, batched or not. `malformed`: it is not JSON, or not made of objects. `tooLarge`: it holds so much
 * that even refusing it call by call would cost more than a frame may.
 */
export function parseFrame(data: Buffer, bounds: SocketBounds): Frame | 'malformed' | 'tooLarge' {
  if (data.length <= smallFrameBytes) return parseSmall(data, bounds);
  const { messagesPerFrameMax, frameWeightMax, frameBytesMax } = bounds;
  const parts = splitFrame(data, {
    partsMax: messagesPerFrameMax * surplusFactor,
    weightMax: frameWeightMax * surplusFactor,
  });
  if (!parts) return 'tooLarge';
  const taken = parts.filter(
    ({ end, weight }, index) =>
      index < messagesPerFrameMax && weight <= frameWeightMax && end <= frameBytesMax,
  );
  if (taken.length === 0) return refuseFirst(data, parts);
  const raws = taken.map((part) => parseJson(textOf(data, part)));
  if (!raws.every(isRecord)) return 'malformed';
  const surplusIds = parts.slice(taken.length).flatMap((part) => idAtStartOf(data, part));
  return { messages: readAll(raws, bounds.idLengthMax), surplusIds };
}

/** The first call alone is more than a frame may hold: it never will be taken, and those beside it may be made again. */
function refuseFirst(data: Buffer, parts: readonly Part[]): Frame | 'tooLarge' {
  const [id, ...surplusIds] = parts.flatMap((part) => idAtStartOf(data, part));
  if (id === undefined) return 'tooLarge';
  const error = new TRPCError({ code: 'PAYLOAD_TOO_LARGE', message: 'The call is too large' });
  return { messages: [{ id, error }], surplusIds };
}

function parseSmall(data: Buffer, { messagesPerFrameMax, idLengthMax }: SocketBounds): Frame | 'malformed' {
  const parsed = parseJson(data.toString());
  const raws: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (!raws.every(isRecord)) return 'malformed';
  const surplus = readAll(raws.slice(messagesPerFrameMax), idLengthMax);
  return {
    messages: readAll(raws.slice(0, messagesPerFrameMax), idLengthMax),
    surplusIds: surplus.flatMap((incoming) => ('message' in incoming ? [incoming.message.id] : [])),
  };
}

/** Whether the client announces that it says first who it is. */
export function hasConnectionParams({ url = '' }: IncomingMessage): boolean {
  const [, query = ''] = url.split('?', 2);
  return new URLSearchParams(query).get('connectionParams') === '1';
}

/** What a connectionParams message holds; `undefined` when this is none. */
export function parseConnectionParams(text: string): { readonly data?: unknown } | undefined {
  const message = parseJson(text);
  return isRecord(message) ? message : undefined;
}

/** Of those that are no messages the first is refused for all: answering `{}` with an error each is much for little. */
function readAll(raws: readonly Record<string, unknown>[], idLengthMax: number): Incoming[] {
  let hasBad = false;
  const read: Incoming[] = [];
  for (const raw of raws) {
    const message = toMessage(raw, idOf(raw, idLengthMax));
    if (message) read.push({ message });
    else if (!hasBad) read.push(refuse(raw, idLengthMax));
    hasBad ||= message === undefined;
  }
  return read;
}

function refuse(raw: Record<string, unknown>, idLengthMax: number): Incoming {
  const id = idOf(raw, idLengthMax);
  const isBadId = id === null && typeof raw['method'] === 'string';
  const message = isBadId
    ? `Every call has an id of at most ${idLengthMax} characters`
    : 'This is not a tRPC message';
  return { id, error: new TRPCError({ code: 'BAD_REQUEST', message }) };
}

/**
 * What tRPC's own `parseTRPCMessage` does, less the exceptions, each of which costs more than reading many messages.
 * Inputs stay as they came: they are decoded when a procedure asks for them, which is after it knows who calls.
 */
function toMessage(raw: Record<string, unknown>, id: RequestId | null): ClientMessage | undefined {
  const { jsonrpc, method, params } = raw;
  if (id === null || (jsonrpc !== undefined && jsonrpc !== '2.0')) return undefined;
  if (method === 'subscription.stop') return jsonrpc === '2.0' ? { id, jsonrpc, method } : { id, method };
  if (method !== 'query' && method !== 'mutation' && method !== 'subscription') return undefined;
  if (!isRecord(params)) return undefined;
  const { path, input, lastEventId } = params;
  if (typeof path !== 'string' || (lastEventId !== undefined && typeof lastEventId !== 'string'))
    return undefined;
  // Written out: spreading nothing into each of the many costs as much as parsing it.
  const call = lastEventId === undefined ? { path, input } : { path, input, lastEventId };
  return jsonrpc === '2.0' ? { id, jsonrpc, method, params: call } : { id, method, params: call };
}

function idOf({ id }: Record<string, unknown>, idLengthMax: number): RequestId | null {
  if (typeof id === 'string') return id.length <= idLengthMax ? id : null;
  return typeof id === 'number' ? id : null;
}

/** The id of a call as tRPC's client words it, id first; nothing for anything else. */
function idAtStartOf(data: Buffer, { start, end }: Part): RequestId[] {
  const head = data.toString('latin1', start, Math.min(end, start + 64));
  const id = /^\s*\{"id":(?:(\d{1,15})|"([\w-]{1,32})"),/.exec(head);
  if (id?.[1] !== undefined) return [Number(id[1])];
  return id?.[2] === undefined ? [] : [id[2]];
}

function textOf(data: Buffer, { start, end }: Part): string {
  return data.toString('utf8', start, end);
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
