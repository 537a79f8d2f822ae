import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import type { ErrorCode } from '@whisper/shared';
import { ServerResponse, STATUS_CODES, type Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** A client that is still sending gets this long to read why it is refused. */
const lingerMs = 1_000;

type Refusal = { readonly status: number; readonly code: ErrorCode; readonly message: string };

/** What Node itself refuses before there is a request, by its error code. */
const refusals: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The address and the headers are too large together: send long input as POST',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The request is too large',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'BAD_REQUEST', message: 'The request took too long' },
};

const notUnderstood: Refusal = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'The request could not be understood',
};

/** Says why to whoever sent what never became a request: as JSON that plain clients and tRPC's both understand. */
export function answerUnreadable(http: Server): void {
  http.on('clientError', (error: Error & { readonly code?: string }, stream) => {
    const current: unknown = Reflect.get(stream, '_httpMessage');
    const isAnswering = current instanceof ServerResponse && current.headersSent;
    if (!stream.writable || isAnswering || error.code === 'ECONNRESET') return void stream.destroy();
    refuse(stream, refusals[error.code ?? ''] ?? notUnderstood);
  });
}

function refuse(stream: Duplex, { status, code, message }: Refusal): void {
  const data = { code, httpStatus: status, isRetryable: false };
  const error = { json: { message, code: TRPC_ERROR_CODES_BY_KEY[code], data } };
  const body = JSON.stringify({ code, message, error });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  stream.on('error', () => stream.destroy());
  stream.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // Closed at once, what it still sends would make the system reset the connection and the answer with it.
  stream.resume();
  setTimeout(() => stream.destroy(), lingerMs).unref();
}
