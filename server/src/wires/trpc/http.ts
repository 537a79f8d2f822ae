import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import type { AnyTRPCRouter, TRPCError } from '@trpc/server';
import type { ResponseMeta } from '@trpc/server/http';
import {
  closeCodes,
  ConnectionParamsSchema,
  contractHeader,
  ContractSchema,
  isTooOld,
  limits,
} from '@whisper/shared';
import { weighJson } from '@whisper/trpc-socket';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError, toAppError } from '../../platform/errors.ts';
import { requestIdOf } from '../../http/answer.ts';
import { readBytes } from '../../http/body.ts';
import { followEventStream } from './event-stream.ts';
import { bearerTokenOf } from '../../identity/bearer-token.ts';
import { ask } from '../ask.ts';
import type { WireDeps } from '../deps.ts';
import { followAnswer } from '../follow-answer.ts';
import { refuseRequest } from './refuse-request.ts';

/** Where tRPC lives: HTTP batches and SSE subscriptions here, WebSockets by upgrade on the same path. */
export const trpcPath = '/trpc';

/** What the inputs of a batch may weigh to a parser, see `weighJson`. */
const bodyWeightMax = 20_000;

/** Results of a batch hold this much; the calls beyond are for the next request. */
const answerBytesMax = 1024 * 1024;

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * tRPC over HTTP. The caller has checked that the path is below `trpcPath`. A body is read only when it is known who
 * sent it; what is refused as a whole is answered with one error, which tRPC's clients take for every call of a batch.
 */
export function createTrpcHttpHandler(deps: WireDeps, router: AnyTRPCRouter): RequestHandler {
  const handle = createHTTPHandler({
    router,
    basePath: `${trpcPath}/`,
    maxBodySize: limits.frameBytesMax,
    // A query may come as POST, for input that is too long for an address.
    allowMethodOverride: true,
    createContext: async ({ req, res, info }) => {
      // An EventSource cannot send headers; everybody else can, and what stands in an address ends in proxies' logs.
      const params = ConnectionParamsSchema.safeParse(
        info.type === 'subscription' ? info.connectionParams : undefined,
      );
      if (params.success) requireServed(params.data.contract);
      const token = params.success ? params.data.token : bearerTokenOf(req);
      const asker = await ask(deps, req, token);
      const context = {
        ...asker,
        socket: null,
        answer: null,
        admission: deps.admission,
        isRefusedLate: true,
      };
      if (info.type === 'subscription') return followEventStream(deps, context, res);
      if (!asker.identity) return context;
      return {
        ...context,
        answer: followAnswer(deps.held, {
          userId: asker.identity.viewer.id,
          response: res,
          bytesMax: answerBytesMax,
        }),
      };
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
    admit(deps, request).then(
      () => handle(request, response),
      (error: unknown) => refuseRequest(router, response, error),
    );
  };
}

/** Refuses what need not be looked at, reads the body, and puts it where tRPC's handler looks for it. */
async function admit(deps: WireDeps, request: IncomingMessage & { body?: string }): Promise<void> {
  requireServed(ContractSchema.parse(request.headers[contractHeader]));
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const isBatch = new URLSearchParams(query).get('batch') === '1';
  if (isBatch) requireShort(path);
  if (!isBatch && request.method !== 'POST') return;
  const { identity, refusal } = await ask(deps, request, bearerTokenOf(request));
  if (!identity) throw refusal ?? new AppError('UNAUTHORIZED', 'Sign in first');
  if (request.method !== 'POST') return;
  const body = await readBytes(request, limits.frameBytesMax);
  if (weighJson(body, bodyWeightMax) > bodyWeightMax) {
    throw new AppError('PAYLOAD_TOO_LARGE', 'The body holds too many values');
  }
  request.body = body.toString('utf8');
}

function requireServed(contract: number): void {
  if (isTooOld(contract)) throw new AppError('PRECONDITION_FAILED', closeCodes.clientTooOld.reason);
}

/** Each call may be made; so many at once are for later. */
function requireShort(path: string): void {
  if (path.split(/,|%2c/i).length <= limits.callsPerFrameMax) return;
  const message = `A batch holds at most ${limits.callsPerFrameMax} calls`;
  throw new AppError('TOO_MANY_REQUESTS', message, { retryAfterMs: 1_000 });
}

/** The longest wait that any refused call of a batch asks for, as HTTP says it. */
function retryAfter(errors: readonly TRPCError[]): ResponseMeta {
  const waits = errors.map((error) => toAppError(error).retryAfterMs ?? 0);
  const seconds = Math.ceil(Math.max(0, ...waits) / 1_000);
  return seconds > 0 ? { headers: { 'retry-after': String(seconds) } } : {};
}
