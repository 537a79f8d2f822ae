import { TRPCClientError } from '@trpc/client';
import { setTimeout as delay } from 'node:timers/promises';

const askAgainMs = 100;

/** Asks again until there is an answer; undefined when it is one of these refusals. Throws any other. */
export async function patiently<T>(
  ask: () => Promise<T>,
  refusals: readonly string[] = [],
): Promise<T | undefined> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== undefined && refusals.includes(refusal)) return undefined;
      if (refusal !== undefined) throw error;
      await delay(askAgainMs);
    }
  }
}

/** The code of an answer that would be the same again. */
function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof TRPCClientError) || error.data?.isRetryable !== false) return undefined;
  return String(error.data.code);
}
