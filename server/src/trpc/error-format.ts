import { TRPC_ERROR_CODES_BY_KEY, type TRPC_ERROR_CODE_NUMBER } from '@trpc/server/rpc';
import type { TRPCError } from '@trpc/server';
import { errorCodes, type ErrorCode } from '@whisper/shared';
import { flattenError, ZodError } from 'zod';
import { toAppError } from '../platform/errors.ts';

/** An error as every tRPC client sees it. Nothing in it depends on anything but the error itself. */
export type ErrorShape = {
  readonly message: string;
  readonly code: TRPC_ERROR_CODE_NUMBER;
  readonly data: {
    readonly code: ErrorCode;
    readonly httpStatus: number;
    readonly isRetryable: boolean;
    readonly retryAfterMs?: number;
    readonly fieldErrors?: Readonly<Record<string, readonly string[] | undefined>>;
  };
};

export function toErrorShape(thrown: TRPCError): ErrorShape {
  const error = toAppError(thrown);
  const { httpStatus, isRetryable } = errorCodes[error.code];
  return {
    message: error.message,
    code: TRPC_ERROR_CODES_BY_KEY[error.code],
    data: {
      code: error.code,
      httpStatus,
      isRetryable,
      ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
      ...(error.cause instanceof ZodError && { fieldErrors: toFieldErrors(error.cause) }),
    },
  };
}

function toFieldErrors(error: ZodError) {
  const { fieldErrors, formErrors } = flattenError(error);
  return formErrors.length > 0 ? { ...fieldErrors, '': formErrors } : fieldErrors;
}
