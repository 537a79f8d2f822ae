import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import type { AnyTRPCRouter, TRPCError } from '@trpc/server';
import type { ResponseMeta } from '@trpc/server/http';
import { ConnectionParamsSchema, limits } from '@whisper/shared';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toAppError } from '../../platform/errors.ts';
import { requestIdOf } from '../../http/answer.ts';
import { followEventStream } from './event-stream.ts';
import { bearerTokenOf } from '../../identity/bearer-token.ts';
import { identify } from '../../identity/identify.ts';
import type { WireDeps } from '../deps.ts';

/** Where tRPC lives: HTTP batches and SSE subscriptions here, WebSockets by upgrade on the same path. */
export const trpcPath = '/trpc';

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** tRPC over HTTP. The caller has checked that the path is below `trpcPath`. */
export function createTrpcHttpHandler(deps: WireDeps, router: AnyTRPCRouter): RequestHandler {
  const handle = createHTTPHandler({
    router,
    basePath: `${trpcPath}/`,
    maxBatchSize: limits.batchSizeMax,
    maxBodySize: limits.frameBytesMax,
    // A query may come as POST, for input that is too long for an address.
    allowMethodOverride: true,
    createContext: async ({ req, res, info }) => {
      // An EventSource cannot send headers; everybody else can, and what stands in an address ends in proxies' logs.
      const params = ConnectionParamsSchema.safeParse(
        info.type === 'subscription' ? info.connectionParams : undefined,
      );
      const token = params.success ? params.data.token : bearerTokenOf(req);
      const context = { ...(await identify(deps.authenticate, token)), socket: null };
      return info.type === 'subscription' ? followEventStream(deps, context, res) : context;
    },
    responseMeta: ({ errors }) => retryAfter(errors),
    onError({ error, path, req }) {
      const { code, cause } = toAppError(error);
      const call = { requestId: requestIdOf(req), path: path?.slice(0, 64), code };
      if (code === 'INTERNAL_SERVER_ERROR') deps.log.error({ ...call, err: cause }, 'a call failed');
      else deps.log.info(call, 'a call was refused');
    },
  });
  return (request, response) => {
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    handle(request, response);
  };
}

/** The longest wait that any refused call of a batch asks for, as HTTP says it. */
function retryAfter(errors: readonly TRPCError[]): ResponseMeta {
  const waits = errors.map((error) => toAppError(error).retryAfterMs ?? 0);
  const seconds = Math.ceil(Math.max(0, ...waits) / 1_000);
  return seconds > 0 ? { headers: { 'retry-after': String(seconds) } } : {};
}
