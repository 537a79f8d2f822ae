import { isTRPCClientError } from '@trpc/client';
import { errorCodes, type ErrorCode } from '@whisper/shared';
import type { AppRouter } from '@whisper/server';

/** A call of a client that was closed or refused for good. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

/** A call that no frame could hold. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
  override readonly message = 'This is too large to be sent';
}

/** Bytes of a file that did not arrive, or were not taken. */
export class UploadError extends Error {
  override readonly name = 'UploadError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * Why a call failed. `UNREACHABLE`: no answer arrived, so whether it was carried out is unknown. `STOPPED`: this
 * client makes no calls any more.
 */
export type Failure = {
  readonly code: ErrorCode | 'UNREACHABLE' | 'STOPPED';
  readonly message: string;
  /** The same call may succeed later; with the same `clientId` it is safe to repeat. */
  readonly isRetryable: boolean;
  readonly retryAfterMs: number;
};

/** Sorts anything that a call of `api` or an upload throws. */
export function toFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UploadError) return error.failure;
  if (!isTRPCClientError<AppRouter>(error)) {
    return { code: 'INTERNAL_SERVER_ERROR', message, isRetryable: false, retryAfterMs: 0 };
  }
  const { data, cause } = error;
  if (cause instanceof StoppedError) return { code: 'STOPPED', message, isRetryable: false, retryAfterMs: 0 };
  if (cause instanceof TooLargeError) {
    return { code: 'PAYLOAD_TOO_LARGE', message, isRetryable: false, retryAfterMs: 0 };
  }
  // A proxy's error page or a dead socket. It says nothing about the call, so the call may be repeated.
  if (!data || !(data.code in errorCodes)) {
    return {
      code: 'UNREACHABLE',
      message: 'The server could not be reached',
      isRetryable: true,
      retryAfterMs: 0,
    };
  }
  const { code, isRetryable, retryAfterMs = 0 } = data;
  return { code, message, isRetryable, retryAfterMs };
}
