import { pino, type DestinationStream } from 'pino';

export type Logger = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>;

/**
 * JSON lines, on stderr unless told otherwise. Tokens and message texts are never passed to a logger; the redaction
 * below is the second lock on that door.
 */
export function createLogger(level: string, destination: DestinationStream = standardError()): Logger {
  return pino(
    {
      level,
      serializers: { err: describeError },
      redact: { paths: ['token', '*.token', 'authorization', '*.authorization', 'text', '*.text'] },
    },
    destination,
  );
}

function standardError(): DestinationStream {
  return pino.destination({ fd: 2, sync: false });
}

/** Errors of the database carry the documents they failed on, so only what every error has is taken over. */
function describeError(thrown: unknown): object {
  if (!(thrown instanceof Error)) return { type: typeof thrown };
  const { cause } = thrown;
  return { ...describeOne(thrown), ...(cause instanceof Error && { cause: describeOne(cause) }) };
}

function describeOne(error: Error): object {
  const { name: type, message, stack } = error;
  return { type, message, stack, ...('code' in error && { code: error.code }) };
}
