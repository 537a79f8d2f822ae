import { createHTTPHandler, type CreateHTTPContextOptions } from '@trpc/server/adapters/standalone';
import type { AnyTRPCRouter, TRPCError } from '@trpc/server';
import type { ResponseMeta, TRPCRequestInfo } from '@trpc/server/http';
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
import { costOfUnknown, proceduresOf, type KnownProcedures, type RequestContext } from '../../trpc.ts';
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

/** Between the paths of a batch. */
const separator = /,|%2c/i;

/** Calls of one batch that name nothing a batch can call; no client of ours makes one. */
const hopelessMax = 20;

type Batch = { readonly personId: string; readonly method: string | undefined; readonly path: string };
type RequestWithBody = IncomingMessage & { body?: string };
type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * tRPC over HTTP. The caller has checked that the path is below `trpcPath`. A body is read only when it is known who
 * sent it; what is refused as a whole is answered with one error, which tRPC's clients take for every call of a batch.
 */
export function createTrpcHttpHandler(deps: WireDeps, router: AnyTRPCRouter): RequestHandler {
  const procedures = proceduresOf(router);
  const handle = createHTTPHandler({
    router,
    basePath: `${trpcPath}/`,
    maxBodySize: limits.frameBytesMax,
    // A query may come as POST, for input that is too long for an address.
    allowMethodOverride: true,
    createContext: (options) => createContext(deps, options),
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
    admit(deps, procedures, request).then(
      () => handle(request, response),
      (error: unknown) => refuseRequest(router, response, error),
    );
  };
}

type Opening = Pick<CreateHTTPContextOptions, 'req' | 'res' | 'info'>;

async function createContext(deps: WireDeps, { req, res, info }: Opening): Promise<RequestContext> {
  // An EventSource cannot send headers; everybody else can, and what stands in an address ends in proxies' logs.
  const params = ConnectionParamsSchema.safeParse(
    info.type === 'subscription' ? info.connectionParams : undefined,
  );
  if (params.success) requireServed(params.data.contract);
  const token = params.success ? params.data.token : bearerTokenOf(req);
  const asker = await ask(deps, req, token);
  const context = { ...asker, socket: null, answer: null, admission: deps.admission, isRefusedLate: true };
  if (info.type === 'subscription') return followEventStream(deps, context, res);
  if (!asker.identity) return context;
  const userId = asker.identity.viewer.id;
  await admitUnknown(deps, userId, info);
  return {
    ...context,
    answer: followAnswer(deps.held, { userId, response: res, bytesMax: answerBytesMax }),
  };
}

/** Refuses what need not be looked at, reads the body, and puts it where tRPC's handler looks for it. */
async function admit(deps: WireDeps, procedures: KnownProcedures, request: RequestWithBody): Promise<void> {
  requireServed(ContractSchema.parse(request.headers[contractHeader]));
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const isBatch = new URLSearchParams(query).get('batch') === '1';
  if (isBatch) requireShort(path);
  if (!isBatch && request.method !== 'POST') return;
  const { identity, refusal } = await ask(deps, request, bearerTokenOf(request));
  if (!identity) throw refusal ?? new AppError('UNAUTHORIZED', 'Sign in first');
  const { method } = request;
  if (isBatch) await admitBatch(deps, procedures, { personId: identity.viewer.id, method, path });
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

/** Refuses a batch of which every call would be refused: refusing each is much for one who repeats it at once. */
async function admitBatch(
  { admission }: WireDeps,
  procedures: KnownProcedures,
  { personId, method, path }: Batch,
): Promise<void> {
  const named = path.slice(trpcPath.length + 1).split(separator);
  const found = named.map((name) => procedures.get(name));
  const budgets = found.map((procedure) => (procedure?.cost ?? costOfUnknown(1)).budget);
  await admission.requireBudget(personId, new Set(budgets));
  const callable = method === 'GET' ? ['query'] : ['query', 'mutation'];
  const hopeless = found.filter((procedure) => !procedure || !callable.includes(procedure.type));
  if (hopeless.length <= hopelessMax) return;
  await admission.spend({ personId, cost: costOfUnknown(hopeless.length), isRefusedLate: true });
  throw new AppError('BAD_REQUEST', 'The batch names what is no procedure, or none that a batch can call');
}

/** Asking for what is not there costs too, and is answered late over budget. */
async function admitUnknown(
  { admission }: WireDeps,
  personId: string,
  { calls }: TRPCRequestInfo,
): Promise<void> {
  const unknown = calls.filter(({ procedure }) => procedure === null).length;
  if (unknown > 0) await admission.spend({ personId, cost: costOfUnknown(unknown), isRefusedLate: true });
}

/** Each call may be made; so many at once are for later. */
function requireShort(path: string): void {
  if (path.split(separator).length <= limits.callsPerFrameMax) return;
  const message = `A batch holds at most ${limits.callsPerFrameMax} calls`;
  throw new AppError('TOO_MANY_REQUESTS', message, { retryAfterMs: 1_000 });
}

/** The longest wait that any refused call of a batch asks for, as HTTP says it. */
function retryAfter(errors: readonly TRPCError[]): ResponseMeta {
  const waits = errors.map((error) => toAppError(error).retryAfterMs ?? 0);
  const seconds = Math.ceil(Math.max(0, ...waits) / 1_000);
  return seconds > 0 ? { headers: { 'retry-after': String(seconds) } } : {};
}
