import { setTimeout as delay } from 'node:timers/promises';
import { devTokens } from '@whisper/client/node';

/** Half of what a development token lives. */
const reusedForMs = 30_000;
const askAgainMs = 100;

/** A person's token, asked for anew when the last one is no longer fresh. Rejects while the server is down. */
export function reusedTokens(url: string, person: string): () => Promise<string> {
  const getToken = devTokens(url, person);
  let last: { readonly token: Promise<string>; readonly at: number } | undefined;
  return () => {
    if (last && Date.now() - last.at < reusedForMs) return last.token;
    const token = getToken();
    last = { token, at: Date.now() };
    token.catch(() => {
      last = undefined;
    });
    return token;
  };
}

/** The same, but asks until the server is up again. */
export function patientTokens(url: string, person: string): () => Promise<string> {
  const getToken = reusedTokens(url, person);
  return async () => {
    for (;;) {
      try {
        return await getToken();
      } catch {
        await delay(askAgainMs);
      }
    }
  };
}
