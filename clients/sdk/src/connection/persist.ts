import type { Connection } from './connection.ts';
import { toFailure, type Failure } from './failure.ts';
import { jitteredDelayMs } from './jittered-delay.ts';
import { wait } from './wait.ts';

/**
 * Repeats a call that is safe to repeat for as long as its failure says that it may succeed later. Rejects with
 * any other failure, and with the last one when the connection is closed.
 */
export async function persist<T>(connection: Connection, call: () => Promise<T>): Promise<T> {
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

/** A session in doubt is either renewed or refused; being refused ends the connection and so the repeating. */
function isWorthRepeating({ isRetryable, code }: Failure): boolean {
  return isRetryable || code === 'UNAUTHORIZED';
}

/** Waits, but no longer than until the socket opens: that is when a call is worth trying. */
export async function waitForChance(connection: Connection, delayMs: number): Promise<void> {
  const chance = new AbortController();
  const end = () => chance.abort();
  const wasOpen = connection.isOpen;
  const unsubscribe = connection.state.subscribe(() => {
    if (!wasOpen && connection.isOpen) end();
  });
  connection.signal.addEventListener('abort', end, { once: true });
  if (connection.signal.aborted) end();
  await wait(connection.clock, delayMs, chance.signal);
  unsubscribe();
  connection.signal.removeEventListener('abort', end);
}
