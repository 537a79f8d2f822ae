import { TRPCError } from '@trpc/server';
import { errorCodes, type ErrorCode, type ErrorReason } from '@whisper/shared';
import { ZodError } from 'zod';

type AppErrorOptions = {
  readonly cause?: unknown;
  readonly retryAfterMs?: number;
  /** Which of the refusals under this code it is, for programs. */
  readonly reason?: ErrorReason;
};

/**
 * The only error a verb throws on purpose. `message` is for people and safe to show on any wire; what led to
 * it goes into `cause`, which is logged and never sent. It is a TRPCError, so that tRPC passes it on from
 * procedures and streams alike without wrapping it.
 */
export class AppError extends TRPCError {
  declare readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly reason: ErrorReason | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super({ code, message, cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
    this.reason = options.reason;
  }

  get isRetryable(): boolean {
    return errorCodes[this.code].isRetryable;
  }
}

/** Over budget; the same call may be made again then. */
export function tooManyRequests(retryAfterMs: number): AppError {
  return new AppError('TOO_MANY_REQUESTS', 'Too many requests, wait a moment', { retryAfterMs });
}

/** Failures of the database's connection, not of a command: the same call may succeed in a moment. */
const transientDatabaseErrors = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongooseServerSelectionError',
]);

/** Server-side codes that say "later": shutdown, failover, time limits, a majority that has not answered yet. Source: MongoDB's error_codes.yml. */
const transientDatabaseCodes = new Set([
  50, 64, 89, 91, 112, 189, 262, 6, 7, 9001, 10107, 11600, 11602, 13435, 13436,
]);

/** What was made of an error, because each is asked for a few times: to be answered, logged and counted. */
const known = new WeakMap<object, AppError>();

/** Turns anything thrown, ours, tRPC's or the database's, into an AppError that is safe to show. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (typeof thrown !== 'object' || thrown === null) return convert(thrown);
  const error = known.get(thrown) ?? convert(thrown);
  known.set(thrown, error);
  return error;
}

function convert(thrown: unknown): AppError {
  if (thrown instanceof TRPCError && thrown.code !== 'INTERNAL_SERVER_ERROR') return fromTrpc(thrown);
  const cause = thrown instanceof TRPCError ? thrown.cause : thrown;
  if (cause instanceof AppError) return cause;
  if (isTransientDatabaseError(cause)) {
    return new AppError('SERVICE_UNAVAILABLE', 'The database is not available right now', { cause });
  }
  return new AppError('INTERNAL_SERVER_ERROR', 'Something went wrong', { cause: thrown });
}

/** What tRPC itself refuses: bad input, an unknown path, a body that is too large. */
function fromTrpc(error: TRPCError): AppError {
  if (error.cause instanceof ZodError)
    return new AppError('BAD_REQUEST', 'Invalid input', { cause: error.cause });
  if (error.cause instanceof AppError) return error.cause;
  // What tRPC repeats of a cause is its own words: a parser's or the runtime's.
  if (!error.cause && isErrorCode(error.code))
    return new AppError(error.code, error.message, { cause: error });
  return new AppError('BAD_REQUEST', 'The request could not be understood', { cause: error });
}

function isErrorCode(code: string): code is ErrorCode {
  return code in errorCodes;
}

/** A unique index refused the write: somebody else was first. */
export function isDuplicateKey(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 11000;
}

function isTransientDatabaseError(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if (transientDatabaseErrors.has(thrown.name)) return true;
  if ('code' in thrown && typeof thrown.code === 'number') return transientDatabaseCodes.has(thrown.code);
  // A bulk write that lost its connection carries the driver's own error in `errorResponse`.
  return 'errorResponse' in thrown && isTransientDatabaseError(thrown.errorResponse);
}
