import { errorCodes } from '@whisper/shared';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError, toAppError } from '../platform/errors.ts';
import { sendJson } from './answer.ts';

/** The whole body as text; PAYLOAD_TOO_LARGE beyond `bytesMax`, of which nothing is kept. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<string> {
  return (await readBytes(request, bytesMax)).toString('utf8');
}

/** The whole body; PAYLOAD_TOO_LARGE beyond `bytesMax`, of which nothing is kept. */
export function readBytes(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) return void chunks.push(chunk);
      chunks = [];
      reject(new AppError('PAYLOAD_TOO_LARGE', 'The request is too large'));
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
  });
}

/** The body as JSON; BAD_REQUEST when it is none. */
export async function readJson(request: IncomingMessage, bytesMax: number): Promise<unknown> {
  const text = await readBody(request, bytesMax);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('BAD_REQUEST', 'The body is not JSON', { cause });
  }
}

export function sendError(response: ServerResponse, thrown: unknown): void {
  const { code, message, reason, retryAfterMs } = toAppError(thrown);
  if (retryAfterMs !== undefined) response.setHeader('retry-after', String(Math.ceil(retryAfterMs / 1_000)));
  // What is left of a refused body is not worth reading.
  response.setHeader('connection', 'close');
  sendJson(response, errorCodes[code].httpStatus, { code, message, ...(reason && { reason }) });
}
