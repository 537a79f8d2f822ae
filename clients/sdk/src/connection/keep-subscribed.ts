import type { Connection } from './connection.ts';
import { toFailure } from './failure.ts';
import { waitForChance } from './persist.ts';
import { jitteredDelayMs } from './jittered-delay.ts';

type Handlers = { readonly onError: (error: unknown) => void; readonly onComplete: () => void };

/** A stream that ran this long before it failed has a new trouble, not the old one. */
const stableMs = 10_000;

/**
 * Holds a subscription for the life of the connection. tRPC carries it from socket to socket; when the stream
 * itself fails or ends, `subscribe` is called again after a wait and goes on from the last id it saw.
 */
export function keepSubscribed(
  connection: Connection,
  subscribe: (handlers: Handlers) => { unsubscribe(): void },
): () => void {
  let isStopped = false;
  let attempt = 0;
  let startedAt = 0;
  let running: { unsubscribe(): void } | undefined;

  const again = async () => {
    attempt = connection.clock.now() - startedAt > stableMs ? 1 : attempt + 1;
    await waitForChance(connection, jitteredDelayMs(attempt, connection.random));
    if (!isStopped && !connection.signal.aborted) start();
  };
  const start = () => {
    startedAt = connection.clock.now();
    running = subscribe({
      onError: (error) => {
        if (connection.signal.aborted || isStopped) return;
        if (!toFailure(error).isRetryable) connection.onError(error);
        void again();
      },
      onComplete: () => {
        if (!isStopped && !connection.signal.aborted) void again();
      },
    });
  };

  start();
  return () => {
    isStopped = true;
    running?.unsubscribe();
  };
}
