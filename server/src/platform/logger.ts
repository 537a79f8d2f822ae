import { pino } from 'pino';

export type Logger = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>;

/**
 * JSON lines on stderr. Tokens and message texts are never passed to a logger; the redaction below is the
 * second lock on that door.
 */
export function createLogger(level: string): Logger {
  return pino(
    { level, redact: { paths: ['token', '*.token', 'authorization', '*.authorization', 'text', '*.text'] } },
    pino.destination({ fd: 2, sync: false }),
  );
}
