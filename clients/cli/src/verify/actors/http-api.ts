import { createTRPCClient, httpLink } from '@trpc/client';
import type { AppRouter, WhisperApi } from '@whisper/client/node';
import { transformer } from '@whisper/shared';
import { reusedTokens } from './tokens.ts';

/** The API as one person calls it over plain HTTP: one request per call, and nothing is tried again. */
export function createHttpApi(url: string, person: string): WhisperApi {
  const getToken = reusedTokens(url, person);
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${url}/trpc`,
        transformer,
        headers: async () => ({ authorization: `Bearer ${await getToken()}` }),
      }),
    ],
  });
}
