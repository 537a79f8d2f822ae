import { createClerkClient, type ClerkClient } from '@clerk/backend';
import type { Env } from '../platform/env.ts';
import { AppError } from '../platform/errors.ts';

const answerTimeoutMs = 10_000;

export function clerkClient(env: Pick<Env, 'CLERK_SECRET_KEY' | 'CLERK_API_URL'>): ClerkClient {
  return createClerkClient({
    ...(env.CLERK_SECRET_KEY !== undefined && { secretKey: env.CLERK_SECRET_KEY }),
    ...(env.CLERK_API_URL !== undefined && { apiUrl: env.CLERK_API_URL }),
    telemetry: { disabled: true },
  });
}

/** Clerk's answer; SERVICE_UNAVAILABLE when it fails or takes longer than 10 s. */
export async function askClerk<T>(ask: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Clerk did not answer in time')), answerTimeoutMs);
    timer.unref();
  });
  try {
    return await Promise.race([ask(), late]);
  } catch (cause) {
    throw new AppError('SERVICE_UNAVAILABLE', 'Signing in is not possible right now', { cause });
  } finally {
    clearTimeout(timer);
  }
}
