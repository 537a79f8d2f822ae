import { getTRPCErrorShape, transformTRPCResponse, type AnyTRPCRouter } from '@trpc/server';
import { errorCodes } from '@whisper/shared';
import type { ServerResponse } from 'node:http';
import { toAppError } from '../../platform/errors.ts';

/** Answers a request that is refused as a whole, in the shape of a refused call. */
export function refuseRequest(router: AnyTRPCRouter, response: ServerResponse, thrown: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const error = toAppError(thrown);
  const config = router._def._config;
  const shape = getTRPCErrorShape({
    config,
    error,
    type: 'unknown',
    path: undefined,
    input: undefined,
    ctx: undefined,
  });
  response.statusCode = errorCodes[error.code].httpStatus;
  response.setHeader('content-type', 'application/json');
  response.setHeader('cache-control', 'no-store');
  if (error.retryAfterMs !== undefined) {
    response.setHeader('retry-after', Math.ceil(error.retryAfterMs / 1_000));
  }
  response.end(JSON.stringify(transformTRPCResponse(config, { error: shape })));
}
