import { TRPCClientError } from '@trpc/client';

export type Transport = 'http' | 'socket';

/** One message of a call as it went over the wire, without tokens. */
export type WirePart = { readonly title: string; readonly lines: readonly string[]; readonly body: string };

export type CallError = {
  readonly code: string;
  readonly message: string;
  readonly httpStatus?: number;
  readonly isRetryable?: boolean;
  readonly retryAfterMs?: number;
  /** What is wrong with which field of the input; the key '' is the input as a whole. */
  readonly fieldErrors: Readonly<Record<string, readonly string[]>>;
};

export type Outcome = {
  readonly path: string;
  readonly at: Date;
  readonly ms: number;
  readonly transport: Transport;
  readonly wire: readonly WirePart[];
  readonly result:
    | { readonly ok: true; readonly data: unknown }
    | { readonly ok: false; readonly error: CallError };
};

/** The error as the server formats it, or NO_ANSWER with the reason when no answer came. */
export function toCallError(thrown: unknown): CallError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (!(thrown instanceof TRPCClientError) || !isRecord(thrown.data)) {
    return { code: 'NO_ANSWER', message, fieldErrors: {} };
  }
  const { code, httpStatus, isRetryable, retryAfterMs, fieldErrors } = thrown.data;
  return {
    code: String(code),
    message,
    ...(typeof httpStatus === 'number' && { httpStatus }),
    ...(typeof isRetryable === 'boolean' && { isRetryable }),
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
    fieldErrors: isRecord(fieldErrors) ? toFieldErrors(fieldErrors) : {},
  };
}

function toFieldErrors(given: Record<string, unknown>): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(given).map(([field, messages]) => [
      field,
      Array.isArray(messages) ? messages.map(String) : [],
    ]),
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
