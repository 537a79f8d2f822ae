import { initTRPC, type AnyTRPCRouter, type TRPCError, type TRPCProcedureType } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY, type TRPC_ERROR_CODE_NUMBER } from '@trpc/server/rpc';
import { errorCodes, type ErrorCode, type ErrorReason } from '@whisper/shared';
import { flattenError, z, ZodError, type ZodType } from 'zod';
import { isFeed, type Feed, type TrackedFeed } from '@whisper/trpc-socket/feed';
import type { Asker } from './identity/identify.ts';
import type { Identity } from './identity/viewer.ts';
import type { Admission, PendingAnswer } from './platform/admission.ts';
import { fieldWords } from './platform/field-words.ts';
import { AppError, toAppError } from './platform/errors.ts';
import type { Cost } from './platform/rate-limits.ts';
import { transformer } from './platform/transformer.ts';

/** The open socket a call arrived on. */
export interface CallingSocket {
  readonly id: string;
  /** The person proved themselves again: the socket lives until the new token expires. */
  refresh(identity: Identity): void;
  /** The person looks at what is on its other end, or does not any more. */
  setForeground(isForeground: boolean): void;
}

/** What every call brings, on every wire. A refusal is thrown by `procedure`, not by whoever makes the context. */
export type RequestContext = Asker & {
  readonly socket: CallingSocket | null;
  /** What calls that are answered together are answered with; null where each has an answer of its own. */
  readonly answer: PendingAnswer | null;
  readonly admission: Pick<Admission, 'run' | 'countResult' | 'spend'>;
  /** Whether refusals over budget are held back for a moment. */
  readonly isRefusedLate: boolean;
};

type ProcedureMeta = {
  /** One line for the panel, shown beside a procedure. */
  readonly docs: string;
  /** What a call costs, on whichever wire it comes. */
  readonly cost: Cost;
};

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    transformer,
    errorFormatter: ({ error }) => toErrorShape(error),
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 45_000 } },
  });

export const { router, createCallerFactory } = t;

/**
 * For a signed-in person; everything else is refused with UNAUTHORIZED before the verb runs. Every call of every wire
 * comes through here: it costs what the procedure says, and waits for its turn among people.
 */
export const procedure = t.procedure.use(({ ctx, meta, type, signal, next }) => {
  if (!ctx.identity) throw ctx.refusal ?? new AppError('UNAUTHORIZED', 'Sign in first');
  if (!meta) throw new TypeError('A procedure says what it costs');
  const { identity } = ctx;
  const { viewer } = identity;
  const { admission, answer, isRefusedLate } = ctx;
  const call = { personId: viewer.id, type, cost: meta.cost, answer, signal, isRefusedLate };
  return admission.run(call, async () => {
    const result = await next({ ctx: { viewer, identity } });
    if (result.ok && type === 'query') await admission.countResult(call, result.data);
    return result;
  });
});

/** For moderators alone; everybody else who is signed in is refused with FORBIDDEN before the verb runs. */
export const moderatorProcedure = procedure.use(({ ctx, next }) => {
  if (!ctx.identity.isModerator) throw new AppError('FORBIDDEN', 'Only moderators may do this');
  return next();
});

/** What kind each procedure is and what a call of it costs, by its path. */
export type KnownProcedures = ReadonlyMap<string, { readonly type: TRPCProcedureType; readonly cost: Cost }>;

export function proceduresOf(router: AnyTRPCRouter): KnownProcedures {
  type Defined = { readonly _def: { readonly type: TRPCProcedureType; readonly meta?: ProcedureMeta } };
  const procedures = Object.entries<Defined>(router._def.procedures);
  return new Map(
    procedures.flatMap(([path, { _def }]) =>
      _def.meta ? [[path, { type: _def.type, cost: _def.meta.cost }]] : [],
    ),
  );
}

/** What is asked for and is not there costs as much as a small read. */
export function costOfUnknown(calls: number): Cost {
  return { budget: 'reads', points: calls };
}

/** An error as every tRPC client sees it. Nothing in it depends on anything but the error itself. */
export type ErrorShape = {
  readonly message: string;
  readonly code: TRPC_ERROR_CODE_NUMBER;
  readonly data: {
    readonly code: ErrorCode;
    readonly httpStatus: number;
    readonly isRetryable: boolean;
    readonly retryAfterMs?: number;
    readonly reason?: ErrorReason;
    readonly fieldErrors?: Readonly<Record<string, readonly string[] | undefined>>;
  };
};

function toErrorShape(thrown: TRPCError): ErrorShape {
  const error = toAppError(thrown);
  const { httpStatus, isRetryable } = errorCodes[error.code];
  return {
    message: error.message,
    code: TRPC_ERROR_CODES_BY_KEY[error.code],
    data: {
      code: error.code,
      httpStatus,
      isRetryable,
      ...retryAfter(error),
      ...(error.reason && { reason: error.reason }),
      ...(error.cause instanceof ZodError && { fieldErrors: toFieldErrors(error.cause) }),
    },
  };
}

/** What the wire itself refuses has found no room, and may find it in a moment. */
const retryAfterDefaultMs = 1_000;

function retryAfter({ code, retryAfterMs }: AppError): { readonly retryAfterMs?: number } {
  if (retryAfterMs !== undefined) return { retryAfterMs };
  return code === 'TOO_MANY_REQUESTS' ? { retryAfterMs: retryAfterDefaultMs } : {};
}

/** Problems told of one input: a long list of wrong values is not answered with a longer one. */
const problemsMax = 20;

function toFieldErrors(error: ZodError) {
  const { fieldErrors, formErrors } = flattenError(
    new ZodError(error.issues.slice(0, problemsMax)),
    fieldWords,
  );
  return formErrors.length > 0 ? { ...fieldErrors, '': formErrors } : fieldErrors;
}

/** The schema of each feed output's events, for the panel. */
const eventSchemas = new WeakMap<object, ZodType>();

/** Output schema of a resumable subscription: a feed whose every event has an id. */
export function trackedFeedOf<E>(events: ZodType<E>) {
  return remember(events, z.custom<TrackedFeed<E>>(isFeed));
}

/** Output schema of an ephemeral subscription. */
export function feedOf<E>(events: ZodType<E>) {
  return remember(events, z.custom<Feed<E>>(isFeed));
}

/** What the events of a feed output look like; undefined for any other schema. */
export function eventSchemaOf(output: object): ZodType | undefined {
  return eventSchemas.get(output);
}

function remember<S extends object>(events: ZodType, output: S): S {
  eventSchemas.set(output, events);
  return output;
}
