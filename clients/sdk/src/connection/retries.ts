import type { Connection } from './connection.ts';
import { toFailure, type Failure } from './failure.ts';
import { jitteredDelayMs } from './waits.ts';

/**
 * Repeats a call that is safe to repeat for as long as its failure says that it may succeed later. Rejects with
 * any other failure, and with the last one when the connection is closed.
 */
export async function callWithRetries<T>(connection: Connection, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const failure = toFailure(error);
      if (!isWorthRepeating(failure) || connection.signal.aborted) throw error;
      const delayMs = failure.retryAfterMs + jitteredDelayMs(attempt, connection.random);
      await waitForChance(connection, delayMs);
      if (connection.signal.aborted) throw error;
    }
  }
}

type Handlers = { readonly onError: (error: unknown) => void; readonly onComplete: () => void };

/** After a stream that ran this long before it failed, the next wait starts small again. */
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

/** UNAUTHORIZED is worth it: the session is then renewed, or refused, which ends the connection and the repeating. */
function isWorthRepeating({ isRetryable, code }: Failure): boolean {
  return isRetryable || code === 'UNAUTHORIZED';
}

/** Waits, but no longer than until a closed socket opens or the connection ends for good. */
function waitForChance(connection: Connection, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const wasOpen = connection.isOpen;
    const end = () => {
      cancel();
      unsubscribe();
      resolve();
    };
    const cancel = connection.clock.after(delayMs, end);
    // Not by listening to the signal: hundreds of calls may wait, and Node warns of a signal with ten listeners.
    const unsubscribe = connection.state.subscribe(() => {
      if (connection.signal.aborted || (!wasOpen && connection.isOpen)) end();
    });
    if (connection.signal.aborted) end();
  });
}
