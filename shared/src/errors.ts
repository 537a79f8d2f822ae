import type { FileRefusal } from './files.ts';

/**
 * The closed list of errors Whisper answers with, on every wire. `isRetryable` says whether the same call
 * may succeed later without a change; a mutation that carries a `clientId` is then safe to repeat.
 */
export const errorCodes = {
  BAD_REQUEST: { httpStatus: 400, isRetryable: false },
  UNAUTHORIZED: { httpStatus: 401, isRetryable: false },
  FORBIDDEN: { httpStatus: 403, isRetryable: false },
  NOT_FOUND: { httpStatus: 404, isRetryable: false },
  CONFLICT: { httpStatus: 409, isRetryable: false },
  PRECONDITION_FAILED: { httpStatus: 412, isRetryable: false },
  PAYLOAD_TOO_LARGE: { httpStatus: 413, isRetryable: false },
  TOO_MANY_REQUESTS: { httpStatus: 429, isRetryable: true },
  SERVICE_UNAVAILABLE: { httpStatus: 503, isRetryable: true },
  INTERNAL_SERVER_ERROR: { httpStatus: 500, isRetryable: false },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** What a code alone does not say, where a program needs to know: in `data.reason` of a tRPC error. */
export type ErrorReason = FileRefusal | 'suspended' | 'blockedByMe' | 'slowMode' | 'readOnly';
